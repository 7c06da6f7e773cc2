/* One record in a list: what it is, where it is classified, how near it is, and its details on demand. */

import { bar, button, date, el, number, percent, webAddress } from "./dom.js";
import { marked } from "./marks.js";
import { ladder, levelSentence, pathLine, studyLevel } from "./parts.js";

const MAX_PROSE = 2_500;
const one = (value) => (value === true ? "oui" : value === false ? "non" : String(value?.libelle ?? value));
const list = (value) => (Array.isArray(value) ? value.map(one).join(", ") : one(value));
const contract = (value) => CONTRACTS[value] ?? list(value);
const CONTRACTS = { MIS: "mission d’intérim", LIB: "profession libérale", SAI: "saisonnier" };

const duration = (hours) => (Number.isFinite(+hours) ? `${number(+hours)}\u00a0h` : String(hours));

/** Facts in reading order: name shown, field, how to write its value (as a list). */
const FACTS = [
  ["Organisme", "organisme"],
  ["Entreprise", "entreprise"],
  ["Contrat", "contrat", contract],
  ["Salaire", "salaire"],
  ["Expérience", "experienceLibelle"],
  ["Modalité", "modalite"],
  ["Durée", "duree_heures", duration],
  ["Rythme", "rythme"],
  ["Niveau d’entrée", "niveau_entree", studyLevel],
  ["Niveau visé", "niveau_sortie", studyLevel],
  ["Certifiante", "certifiante"],
  ["Début", "debut", date],
  ["Fin", "fin", date],
  ["Publiée le", "date", date],
  ["Appellation ROME", "appellation"],
  ["Codes ROME", "rome"],
  ["Certification", "rncp"],
  ["Formacodes", "formacode"],
  ["Identifiant", "id"],
];

function place(fiche) {
  const { lieu, code_postal: code } = fiche;
  if (!lieu) return code ?? "";
  return code && !String(lieu).includes(String(code).slice(0, 2)) ? `${lieu} (${code})` : lieu;
}

/** "Organisme — lieu", whichever is known. */
const origin = (fiche) => [fiche.entreprise ?? fiche.organisme, place(fiche)].filter(Boolean).join(" — ");

/** What filters and sorting look at, on one line. */
function essentials(fiche) {
  const told = [
    fiche.contrat && contract(fiche.contrat),
    fiche.modalite && list(fiche.modalite),
    fiche.duree_heures && duration(fiche.duree_heures),
    /^[1-8]$/.test(fiche.niveau_sortie) && studyLevel(fiche.niveau_sortie),
    fiche.date && `publiée le ${date(fiche.date)}`,
    !fiche.date && fiche.debut && `début le ${date(fiche.debut)}`,
  ].filter(Boolean);
  return told.length > 0 && el("p", { class: "note" }, told.join(" · "));
}

const REASONS = {
  poste: "même poste", metier: "même métier", famille: "même famille", rncp: "même certification", rome: "même code ROME",
  mots: "mots communs", lieu: "même lieu",
};

/** Why a record is near, one reason of each kind: "mots communs : soc, siem". */
function reasons(found = []) {
  const kinds = [...new Set(found.map(({ type }) => type))];
  const told = (kind) => found.filter(({ type }) => type === kind).map(({ texte }) => texte).join(", ");
  return kinds.length > 0 && el("ul", { class: "raisons", "aria-label": "Ce qui la rapproche" }, kinds.map((kind) => el("li", null,
    el("span", { class: "note" }, `${REASONS[kind] ?? kind}\u00a0: `), told(kind))));
}

/** How good a result is: the chance of being what is asked or, near a record, the likeness; nothing when browsing. */
function worth({ score, raisons }) {
  if (typeof score !== "number") return "";
  return el("p", { class: "proximite" }, bar(score), `${raisons ? "proximité" : "pertinence"} ${percent(score)}`);
}

function facts(fiche) {
  const rows = FACTS.filter(([, field]) => ![undefined, null, ""].includes(fiche[field]));
  const terms = rows.map(([name, field, write = list]) => el("div", null, el("dt", null, name), el("dd", null, write(fiche[field]))));
  const where = place(fiche);
  if (where) terms.splice(2, 0, el("div", null, el("dt", null, "Lieu"), el("dd", null, where)));
  return el("dl", { class: "faits" }, terms);
}

function prose({ description: text = "" }) {
  return text && el("p", { class: "prose" }, text.length > MAX_PROSE ? `${text.slice(0, MAX_PROSE)}…` : text);
}

function details(hit, onNear) {
  const { fiche } = hit;
  const url = webAddress(fiche.url);
  const other = hit.type === "offre" ? "formation" : "offre";
  return [
    el("div", null, el("p", null, levelSentence(hit)), hit.famille && ladder(hit)),
    facts(fiche),
    prose(fiche),
    hit.doublons.length > 0 && el("p", { class: "note" }, `Autres parutions\u00a0: ${hit.doublons.map(({ id }) => id).join(", ")}`),
    url && el("p", null, el("a", { href: url.href, rel: "external" }, `Voir la fiche d’origine sur ${url.hostname}`)),
    el("div", { class: "actions" },
      button("second", () => onNear(hit, hit.type), "Fiches proches"),
      button("second", () => onNear(hit, other), hit.type === "offre" ? "Formations pour cette offre" : "Offres pour cette formation")),
  ];
}

/** A list item; `onNear(hit, type)` is called when the reader wants records of a type near this one. */
export function ficheItem(hit, onNear) {
  const body = el("div", { class: "detail" });
  const disclosure = el("details", {
    ontoggle: () => {
      if (disclosure.open && !body.hasChildNodes()) body.append(...details(hit, onNear).filter(Boolean));
    },
  }, el("summary", null, "Détails", el("span", { class: "vh" }, ` de « ${hit.intitule} »`)), body);
  const from = origin(hit.fiche);
  const { intitule = [], extrait = [] } = hit.reperes ?? {};
  const bySense = hit.trouve_par === "sens" && typeof hit.score === "number" && !hit.raisons;
  return el("li", { class: "fiche" },
    el("div", { class: "fiche-tete" },
      el("div", null,
        el("h4", null, marked(hit.intitule, intitule)),
        el("p", { class: "origine" }, el("span", { class: `badge ${hit.type}` }, hit.type === "offre" ? "Offre" : "Formation"), from && ` ${from}`),
        essentials(hit.fiche)),
      worth(hit)),
    pathLine(hit),
    reasons(hit.raisons),
    hit.extrait && el("p", { class: "extrait" }, marked(hit.extrait, extrait)),
    (bySense || hit.doublons.length > 0) && el("p", { class: "note mentions" },
      bySense && el("span", null, "proche par le sens"),
      hit.doublons.length > 0 && el("span", null, `aussi publiée\u00a0: ${number(hit.doublons.length)}\u00a0fois`)),
    disclosure);
}
