/* What stands in the search view before anything is asked: examples, the whole catalogue, the familles. */

import { familleSize } from "./api.js";
import { button, byId, el, svg } from "./dom.js";
import { address } from "./route.js";

const EXAMPLES = ["je veux me reconvertir dans la cyber sans le bac", "développeur React", "community manager", "fibre optique"];

/** Show the examples; `choose(texte)` is called for one. */
export function fillExamples(choose) {
  byId("exemples-recherche").append(...EXAMPLES.map((texte) => button("jeton", () => choose(texte), texte)));
}

/** Show the way in by famille. */
export function fillFamilles(tree) {
  byId("familles").replaceChildren(
    el("h3", null, `Ou entrez par l’une des ${tree.familles.length} familles`),
    el("p", { class: "note" }, "Un trait par poste, groupés par métier."),
    frieze(tree),
    el("p", { class: "tout" }, el("a", { href: address("rechercher", { parcourir: "1" }) }, "Parcourir tout le catalogue")));
}

/** One row a famille, one tick a poste, a gap between métiers: the shape of the cartographie at a glance. */
function frieze(tree) {
  return el("ul", { class: "frise" }, tree.familles.map((famille) => {
    let x = -6;
    const ticks = famille.metiers.flatMap((metier) => {
      x += 6;
      return metier.postes.map(() => svg("rect", { x: (x += 7) - 7, width: 4, height: 14 }));
    });
    return el("li", { "data-famille": famille.id },
      el("a", { href: address("cartographie", { famille: famille.id }) }, famille.libelle),
      svg("svg", { width: x, height: 14, viewBox: `0 0 ${x} 14`, "aria-hidden": "true" }, ticks),
      el("span", { class: "note" }, familleSize(famille), " · ",
        el("a", { href: address("rechercher", { famille: famille.id }) }, "voir les fiches", el("span", { class: "vh" }, `, ${famille.libelle}`))));
  }));
}
