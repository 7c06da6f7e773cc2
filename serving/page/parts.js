/* How a classification is shown: on one line in a list, as three steps where there is room. */

import { el, percent } from "./dom.js";
import { address } from "./route.js";

const LEVELS = ["famille", "metier", "poste"];
const NAMES = { famille: "Famille", metier: "Métier", poste: "Poste" };

export const STUDIES = {
  3: "CAP, BEP", 4: "bac", 5: "bac\u00a0+\u00a02", 6: "bac\u00a0+\u00a03 ou 4", 7: "bac\u00a0+\u00a05", 8: "bac\u00a0+\u00a08",
};

/** "niveau 5 (bac + 2)". */
export const studyLevel = (n) => (STUDIES[n] ? `niveau ${n} (${STUDIES[n]})` : `niveau ${n}`);

/** How many levels of the best guess are safe, 0 to 3. */
const safeDepth = (answer) => LEVELS.indexOf(answer.niveau) + 1;

/** The deepest safe node with its level's name, null where no level is safe. */
export function deepest(answer) {
  const level = LEVELS[safeDepth(answer) - 1];
  return level && answer[level] ? { ...answer[level], name: NAMES[level].toLowerCase() } : null;
}

/** "Famille › Métier › Poste" on one line, what is not safe lighter and introduced by "probable". */
export function pathLine(answer) {
  if (!answer.numerique.decision || !answer.famille) {
    return el("p", { class: "chemin hors" }, answer.numerique.decision ? "Numérique, famille incertaine" : "Hors du numérique");
  }
  const safe = safeDepth(answer);
  const steps = LEVELS.filter((level) => answer[level]).map((level, depth) => [
    depth > 0 && el("span", { class: "chevron", "aria-hidden": "true" }, " › "),
    depth === safe && el("span", { class: "probable" }, "probable\u00a0: "),
    el("span", { class: depth < safe ? "sur" : "incertain" }, answer[level].libelle),
  ]);
  return el("p", { class: "chemin", "data-famille": answer.famille.id }, el("span", { class: "vh" }, "Classement\u00a0: "), steps);
}

/** The three levels one under the other, each with its probability and whether it is safe. */
export function ladder(answer) {
  const safe = safeDepth(answer);
  const steps = LEVELS.filter((level) => answer[level]).map((level, depth) => {
    const node = answer[level];
    const sure = depth < safe;
    const to = level === "metier" ? null : address("cartographie", { [level]: node.id });
    return el("li", { class: `${sure ? "sur" : "incertain"}${depth + 1 >= safe ? " suite-incertaine" : ""}` },
      el("span", { class: "niveau" }, NAMES[level]),
      to ? el("a", { class: "libelle", href: to }, node.libelle) : el("span", { class: "libelle" }, node.libelle),
      el("span", { class: "degre" }, `${sure ? "sûr" : "probable"}, ${percent(node.score)}`));
  });
  return el("ol", { class: "echelle", "data-famille": answer.famille.id }, steps);
}

/** What made an answer, in small print. */
export const versionLine = ({ modele, cartographie, rome }) => `Versions\u00a0: modèle ${modele} · cartographie ${cartographie} · ROME ${rome}`;

/** What the level means, in one sentence. */
export function levelSentence(answer) {
  if (!answer.numerique.decision) return "Hors de la cartographie des métiers du numérique.";
  switch (answer.niveau) {
    case "poste": return `Classement sûr jusqu’au poste\u00a0: ${answer.poste.libelle}.`;
    case "metier": return `Classement sûr jusqu’au métier\u00a0: ${answer.metier.libelle}. Le poste reste à confirmer.`;
    case "famille": return `Classement sûr jusqu’à la famille\u00a0: ${answer.famille.libelle}. Le métier et le poste restent à confirmer.`;
    default: return `Numérique, mais aucune famille n’est assez sûre.${answer.famille ? " Voici la piste la plus probable." : ""}`;
  }
}
