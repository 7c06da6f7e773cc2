/* The table of a classified file: a line a record, which unfolds the whole answer. */

import { answerNodes } from "./answer.js";
import { button, count, el, percent } from "./dom.js";
import { deepest } from "./parts.js";

const PAGE = 50;
const COLUMNS = ["Fiche", "Numérique", "Classement", "Probabilité"];

/** The table of those of the items that are done; `tree` is the cartographie. Returns the nodes to show. */
export function table(items, tree) {
  const done = items.filter(({ answer, problem }) => answer || problem);
  const body = el("tbody");
  const more = button("second", () => add().querySelector("button")?.focus());
  let shown = 0;

  /** Add a page of lines; returns the first of them. */
  function add() {
    const lines = done.slice(shown, shown + PAGE).map((item) => line(item, tree));
    body.append(...lines);
    shown += lines.length;
    more.hidden = shown >= done.length;
    more.textContent = `Afficher plus (encore ${count(done.length - shown, "fiche")})`;
    return lines[0];
  }

  add();
  return [
    // What overflows on a phone scrolls here, also from the keyboard, and not the page.
    el("div", { class: "tableau", role: "region", "aria-label": "Fiches classées", tabindex: 0 },
      el("table", null,
        el("caption", { class: "vh" }, "Fiches classées, dans l’ordre du fichier"),
        el("thead", null, el("tr", null, COLUMNS.map((name) => el("th", { scope: "col" }, name)))),
        body)),
    more,
  ];
}

function line({ fiche, answer, position, problem }, tree) {
  if (!answer) {
    return el("tr", { class: "refusee" },
      el("th", { scope: "row" }, String(fiche?.intitule ?? `Ligne ${position}`).slice(0, 200)),
      el("td", { colspan: COLUMNS.length - 1 }, `Non classée\u00a0: ${problem}`));
  }
  const opener = button("lien", toggle, fiche.intitule);
  opener.setAttribute("aria-expanded", "false");
  const row = el("tr", { "data-famille": answer.famille?.id },
    el("th", { scope: "row" }, opener),
    el("td", null, answer.numerique.decision ? "oui" : "non", " ", el("span", { class: "note" }, percent(answer.numerique.score))),
    ...place(answer));
  let detail = null;

  function toggle() {
    if (detail) {
      detail.remove();
      detail = null;
    } else {
      detail = el("tr", { class: "deplie" }, el("td", { colspan: COLUMNS.length }, el("div", { class: "reponse" }, answerNodes(fiche, answer, tree))));
      row.after(detail);
    }
    opener.setAttribute("aria-expanded", String(detail !== null));
  }

  return row;
}

/** The deepest safe node and its probability. */
function place(answer) {
  const node = answer.numerique.decision && deepest(answer);
  if (!node) return [el("td", null, answer.numerique.decision ? "famille incertaine" : "—"), el("td", null, "")];
  return [
    el("td", null, el("span", { class: "chemin" }, node.libelle), " ", el("span", { class: "note" }, node.name)),
    el("td", { class: "chiffre" }, percent(node.score)),
  ];
}
