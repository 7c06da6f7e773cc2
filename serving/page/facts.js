/* What a record says of itself: on one line, as a list of facts, as prose. */

import { date, el, number, webAddress } from "./dom.js";
import { studyLevel } from "./parts.js";

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
export const origin = (fiche) => [fiche.entreprise ?? fiche.organisme, place(fiche)].filter(Boolean).join(" — ");

/** What filters and sorting look at, on one line. */
export function essentials(fiche) {
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

/** Everything known of a record, each fact with its name. */
export function facts(fiche) {
  const rows = FACTS.filter(([, field]) => ![undefined, null, ""].includes(fiche[field]));
  const terms = rows.map(([name, field, write = list]) => el("div", null, el("dt", null, name), el("dd", null, write(fiche[field]))));
  const where = place(fiche);
  if (where) terms.splice(2, 0, el("div", null, el("dt", null, "Lieu"), el("dd", null, where)));
  return el("dl", { class: "faits" }, terms);
}

/** What a record says at length, up to so many characters. */
export function prose({ description: text = "" }, most = Infinity) {
  return text && el("p", { class: "prose" }, text.length > most ? `${text.slice(0, most)}…` : text);
}

/** A link to where a record was published, where that is a web address. */
export function source(fiche) {
  const url = webAddress(fiche.url);
  return url && el("p", null, el("a", { href: url.href, rel: "external" }, `Voir la fiche d’origine sur ${url.hostname}`));
}
