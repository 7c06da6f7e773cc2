/* How many records of the catalogue are filed under each node of the cartographie. */

import { ask } from "./api.js";
import { count, el } from "./dom.js";
import { address } from "./route.js";

const LEVELS = ["famille", "metier", "poste"];
const TYPES = ["formation", "offre"];

let counts = null;

/** `of(level, id)` → {formation, offre}, asked once; a failure is forgotten so that the next call asks again. */
export function recordCounts() {
  counts ??= Promise.all(TYPES.map((type) => ask("/search", {
    texte: "", type, numerique: true, k: 1, facettes: LEVELS, extraits: false,
  }))).then(byNode).catch((error) => {
    counts = null;
    throw error;
  });
  return counts;
}

function byNode(answers) {
  const found = new Map();
  answers.forEach(({ facettes }, rank) => {
    for (const level of LEVELS) {
      for (const { valeur, nombre } of facettes[level] ?? []) {
        const key = `${level}/${valeur}`;
        found.set(key, { formation: 0, offre: 0, ...found.get(key), [TYPES[rank]]: nombre });
      }
    }
  });
  return (level, id) => found.get(`${level}/${id}`) ?? { formation: 0, offre: 0 };
}

/** "12 formations, 5 offres"; "aucune fiche". */
export function countWords(counted) {
  const told = TYPES.filter((type) => counted[type]).map((type) => count(counted[type], type));
  return told.join(", ") || "aucune fiche";
}

/** Links to the records of a node, those of a type that has some: "Voir les 12 formations"; nothing where it has none. */
export function countLinks(level, { id, libelle }, counted) {
  const links = TYPES.filter((type) => counted[type]).map((type) => el("li", null,
    el("a", { href: address("rechercher", { [level]: id, type }) }, seeAll(counted[type], type), el("span", { class: "vh" }, `, ${libelle}`))));
  return links.length ? el("ul", { class: "voir" }, links) : "";
}

const seeAll = (n, type) => (n < 2 ? `Voir ${type === "offre" ? "l’offre" : "la formation"}` : `Voir les ${count(n, type)}`);
