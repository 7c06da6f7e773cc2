/* The tree lit up: every famille with the probability that its postes gather, one tick a poste, bright where likely. */

import { bar, count, el, percent, svg } from "./dom.js";
import { address } from "./route.js";

/** What a node must gather to be told by name, and to begin open. */
const TOLD = 0.01;
const OPEN = 0.1;

/** The nodes that show an answer's candidates in their tree; none where there are no candidates. */
export function litTree(answer, tree) {
  const shares = new Map(answer.candidats.map(({ poste, score }) => [poste, score]));
  if (!shares.size) return [];
  const familles = tree.familles.map((famille) => ({ famille, share: gathered(famille.metiers.flatMap(({ postes }) => postes), shares) }));
  const lit = familles.filter(({ share }) => share >= TOLD).sort((a, b) => b.share - a.share);
  const dark = familles.length - lit.length;
  return [
    el("h3", null, "Dans la cartographie"),
    el("p", { class: "note" }, "Part de chaque famille, métier et poste. Un trait par poste, groupés par métier, d’autant plus vif qu’il est probable."),
    lit.length > 0 && el("ul", { class: "eclairage" }, lit.map((one) => familleRow(one, shares))),
    dark > 0 && el("p", { class: "note" }, lit.length
      ? `Sous 1\u00a0% chacune\u00a0: ${count(dark, "famille")}.`
      : "Aucune famille n’atteint 1\u00a0%."),
  ].filter(Boolean);
}

const gathered = (postes, shares) => postes.reduce((sum, { id }) => sum + (shares.get(id) ?? 0), 0);

function familleRow({ famille, share }, shares) {
  const metiers = famille.metiers.map((metier) => ({ metier, share: gathered(metier.postes, shares) }))
    .filter((one) => one.share >= TOLD).sort((a, b) => b.share - a.share);
  return el("li", { "data-famille": famille.id },
    el("details", { open: share >= OPEN && "" },
      el("summary", null,
        el("span", { class: "libelle" }, famille.libelle), ticks(famille, shares), el("span", { class: "part" }, percent(share))),
      el("ul", null, metiers.map((one) => metierRow(one, shares)))));
}

function metierRow({ metier, share }, shares) {
  const postes = metier.postes.filter(({ id }) => (shares.get(id) ?? 0) >= TOLD).sort((a, b) => shares.get(b.id) - shares.get(a.id));
  return el("li", null,
    el("p", { class: "ligne" }, el("span", null, metier.libelle), el("span", { class: "part" }, percent(share))),
    postes.length > 0 && el("ul", null, postes.map((poste) => el("li", { class: "ligne" },
      el("a", { href: address("cartographie", { poste: poste.id }) }, poste.libelle),
      el("span", { class: "part" }, percent(shares.get(poste.id))), bar(shares.get(poste.id))))));
}

/** One tick a poste, a gap between métiers; the share is also written beside. */
function ticks(famille, shares) {
  let x = -4;
  const drawn = famille.metiers.flatMap((metier) => {
    x += 4;
    return metier.postes.flatMap(({ id }) => {
      const at = x;
      x += 6;
      // The eye sees a square root: a tenth of the probability still shows.
      const light = Math.sqrt(shares.get(id) ?? 0);
      return [svg("rect", { x: at, width: 4, height: 16, class: "eteint" }),
        light > 0.03 && svg("rect", { x: at, width: 4, height: 16, "fill-opacity": light.toFixed(2) })];
    });
  });
  return svg("svg", { class: "traits", width: x, height: 16, viewBox: `0 0 ${x} 16`, "aria-hidden": "true" }, drawn);
}
