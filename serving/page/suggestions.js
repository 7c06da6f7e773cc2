/* What a text that is being typed may go on as: the service's suggestions under the search field. */

import { ask } from "./api.js";
import { combobox } from "./combobox.js";
import { byId, el } from "./dom.js";

const SHORTEST = 2;
const LONGEST = 200;
const MOST = 8;
const KINDS = { poste: "poste", metier: "métier", famille: "famille", appellation: "appellation ROME", intitule: "intitulé" };

async function find(text, control) {
  if (text.length < SHORTEST || text.length > LONGEST) return [];
  const body = await ask(`/suggest?${new URLSearchParams({ q: text, k: MOST })}`, undefined, { control });
  // What is already typed suggests nothing.
  return body.suggestions.filter(({ texte, id }) => id || texte.toLowerCase() !== text.toLowerCase());
}

const show = ({ texte, genre }) => [
  el("span", { class: "libelle" }, texte), " ", el("span", { class: "genre" }, KINDS[genre] ?? genre),
];

/** Tie suggestions to a field; `choose(suggestion)` is called for the one that the reader takes. Returns `close`. */
export const suggestions = (input, choose) => combobox(input, {
  list: byId(`${input.id}-suggestions`), status: byId(`${input.id}-suggestions-etat`), find, show, choose, noun: "suggestion",
});
