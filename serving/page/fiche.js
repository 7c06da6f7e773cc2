/* One record in a list: what it is, where it is classified, how near it is, and its details on demand. */

import { bar, button, date, el, number, percent, webAddress } from "./dom.js";
import { ladder, levelSentence, pathLine } from "./parts.js";

const MAX_PROSE = 2_500;
const LEVEL_NAMES = {
  3: "CAP, BEP", 4: "baccalauréat", 5: "bac\u00a0+\u00a02", 6: "bac\u00a0+\u00a03 ou 4", 7: "bac\u00a0+\u00a05", 8: "doctorat",
};
const studyLevel = (n) => (LEVEL_NAMES[n] ? `niveau ${n} (${LEVEL_NAMES[n]})` : String(n));
const one = (value) => (value === true ? "oui" : value === false ? "non" : String(value?.libelle ?? value));
const list = (value) => (Array.isArray(value) ? value.map(one).join(", ") : one(value));
const CONTRACTS = { MIS: "mission d’intérim", LIB: "profession libérale", SAI: "saisonnier" };

/** Facts in reading order: name shown, field, how to write its value (as a list). */
const FACTS = [
  ["Organisme", "organisme"],
  ["Entreprise", "entreprise"],
  ["Contrat", "contrat", (value) => CONTRACTS[value] ?? list(value)],
  ["Salaire", "salaire"],
  ["Expérience", "experienceLibelle"],
  ["Modalité", "modalite"],
  ["Durée", "duree_heures", (hours) => (Number.isFinite(+hours) ? `${number(+hours)}\u00a0h` : String(hours))],
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
  return el("li", { class: "fiche" },
    el("div", { class: "fiche-tete" },
      el("div", null,
        el("h4", null, hit.intitule),
        el("p", { class: "origine" }, el("span", { class: `badge ${hit.type}` }, hit.type === "offre" ? "Offre" : "Formation"), from && ` ${from}`)),
      el("p", { class: "proximite" }, bar(hit.score), `proximité ${percent(hit.score)}`)),
    pathLine(hit),
    hit.extrait && el("p", { class: "extrait" }, hit.extrait),
    disclosure);
}
