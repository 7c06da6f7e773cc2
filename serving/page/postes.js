/* Choosing postes of the cartographie: a field that proposes them as one types, and those chosen under it. */

import { combobox } from "./combobox.js";
import { button, el, plain } from "./dom.js";

const MOST_SHOWN = 8;

/** How well a poste answers what is typed: 0 its label starts so, 1 holds it, 2 another of its titles does. */
function rank({ poste }, wanted) {
  const label = plain(poste.libelle);
  if (label.startsWith(wanted)) return 0;
  if (label.includes(wanted)) return 1;
  const titles = [...poste.intitules_fr.flatMap(({ m, f }) => [m, f]), ...poste.intitules_en];
  return titles.some((title) => plain(title).includes(wanted)) ? 2 : 3;
}

/** The field `id` for up to `most` postes of the tree; returns its element, its input and `chosen()`, their ids. */
export function postesField(id, tree, given, most) {
  let chosen = [...given];
  const input = el("input", {
    id, type: "text", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-autocomplete": "list",
    "aria-expanded": "false", "aria-controls": `${id}-suggestions`, "aria-describedby": `${id}-aide ${id}-erreur`,
  });
  const list = el("ul", { id: `${id}-suggestions`, class: "suggestions", role: "listbox", "aria-label": "Postes", hidden: "" });
  const status = el("p", { class: "vh", role: "status" });
  const chips = el("ul", { class: "jetons", "aria-label": "Postes choisis" });

  function showChosen() {
    chips.replaceChildren(...chosen.map((one) => el("li", null, button("jeton", () => drop(one),
      tree.nameOf("poste", one) ?? one, el("span", { "aria-hidden": "true" }, " ×"), el("span", { class: "vh" }, " (retirer ce poste)")))));
    chips.hidden = !chosen.length;
    input.disabled = chosen.length >= most;
  }

  function drop(one) {
    chosen = chosen.filter((other) => other !== one);
    showChosen();
    input.focus();
  }

  function take({ poste }) {
    chosen = [...chosen, poste.id];
    input.value = "";
    showChosen();
    status.textContent = `${poste.libelle} ajouté.`;
    // A field that is full takes no focus: the last of the chosen has it.
    if (input.disabled) chips.lastElementChild.firstElementChild.focus();
  }

  async function find(text) {
    const wanted = plain(text);
    return [...tree.postes.values()].filter(({ poste }) => !chosen.includes(poste.id))
      .map((one) => ({ ...one, rank: rank(one, wanted) })).filter((one) => one.rank < 3)
      .sort((a, b) => a.rank - b.rank).slice(0, MOST_SHOWN);
  }

  combobox(input, {
    list, status, find, choose: take, noun: "poste",
    show: ({ poste, metier }) => [el("span", { class: "libelle" }, poste.libelle), " ", el("span", { class: "genre" }, metier.libelle)],
  });
  showChosen();
  const element = el("div", { class: "champ" },
    el("label", { for: id }, "Postes ", el("span", { class: "note", id: `${id}-aide` }, `(un à ${most}, le principal d’abord)`)),
    el("div", { class: "combo" }, input, list, status),
    el("p", { class: "erreur", id: `${id}-erreur`, hidden: "" }),
    chips);
  return { element, input, chosen: () => chosen };
}
