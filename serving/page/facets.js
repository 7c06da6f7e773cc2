/* The filters beside the results: for each criterion its values, how many results hold them, any of them chosen. */

import { button, byId, el, number } from "./dom.js";
import { beginsOpen, facetName, offered, ordered, TYPES, valueKey, valueName } from "./filters.js";

const FEW = 6;
const WIDE = matchMedia("(min-width: 56.01rem)");

const panel = byId("filtres");
const box = byId("facettes");
/** Criteria whose every value is shown, and what the reader opened or closed. */
const whole = new Set();
const opened = new Map();

/** What was shown last: a change shows at once, before the service has counted again. */
let last = [{}, null, {}];
let change = () => {};

/** Call `listener(name, values)` when the reader chooses. */
export function onFacet(listener) {
  change = listener;
}

/** Show the values told by the service, now or last; active ones stay even when no result holds them. */
export function showFacets(state, tree, told = last[2]) {
  last = [state, tree, told];
  showTypes(told.type ?? []);
  const held = box.contains(document.activeElement) ? document.activeElement.dataset.cle : null;
  box.replaceChildren(...offered(state).map((name) => group(name, state[name], told[name] ?? [], tree)).filter(Boolean));
  if (held) box.querySelector(`[data-cle="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

/** Say beside each type how many records of it there are; nothing is known before an answer. */
export function showTypes(values) {
  const found = Object.fromEntries(values.map(({ valeur, nombre }) => [valeur, nombre]));
  const all = values.reduce((sum, { nombre }) => sum + nombre, 0);
  for (const type of ["", ...TYPES]) {
    byId(`nombre-${type || "tout"}`).textContent = values.length ? number(type ? found[type] ?? 0 : all) : "";
  }
}

function group(name, chosen, told, tree) {
  const known = new Set(told.map((value) => valueKey(name, value)));
  const gone = chosen.filter((key) => !known.has(key))
    .map((key) => ({ valeur: key, libelle: valueName(name, key, tree), nombre: 0 }));
  const values = ordered(name, [...told, ...gone]);
  if (!values.length) return null;
  const rows = values.map((value) => ({ ...value, key: valueKey(name, value) }));
  const shown = whole.has(name) ? rows : rows.filter(({ key }, rank) => rank < FEW || chosen.includes(key));
  const more = rows.length - shown.length;
  const details = el("details", {
    class: "facette", open: (chosen.length > 0 || (opened.get(name) ?? beginsOpen(name))) && "",
    ontoggle: () => opened.set(name, details.open),
  },
  el("summary", { "data-cle": `${name}?` }, facetName(name), chosen.length > 0 && el("span", { class: "note" }, ` (${chosen.length} choix)`)),
  el("fieldset", null,
    el("legend", { class: "vh" }, facetName(name)),
    shown.map((row) => choice(name, row, chosen)),
    more > 0 && button("lien", () => unfold(name, shown.at(-1).key), `Voir ${more} de plus`, el("span", { class: "vh" }, ` (${facetName(name)})`))));
  return details;
}

function choice(name, { key, libelle, nombre }, chosen) {
  const tick = el("input", {
    type: "checkbox", checked: chosen.includes(key) && "", "data-cle": `${name}=${key}`,
    onchange: () => change(name, tick.checked ? [...chosen, key] : chosen.filter((other) => other !== key)),
  });
  return el("label", null, tick, el("span", { class: "libelle" }, libelle), " ",
    el("span", { class: "nombre" }, number(nombre), el("span", { class: "vh" }, nombre < 2 ? " fiche" : " fiches")));
}

/** Show the other values of a criterion and go to the first of them. */
function unfold(name, before) {
  whole.add(name);
  showFacets(...last);
  const all = [...box.querySelectorAll("input")];
  const from = all.findIndex((tick) => tick.dataset.cle === `${name}=${before}`);
  all[from + 1]?.focus();
}

/** Beside the results where there is room, folded above them where there is none. */
const fold = () => { panel.open = WIDE.matches; };
WIDE.addEventListener("change", fold);
fold();
