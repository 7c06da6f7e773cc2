/* What may be asked of a search: read from the address, written for the service, told as chips. */

import { button, byId, el } from "./dom.js";
import { STUDIES } from "./parts.js";

/** Criteria that take several values, in the order in which they are offered. */
export const FACETTES = ["famille", "metier", "poste", "region", "modalite", "niveau_sortie", "duree", "contrat", "label", "organisme"];

/** What each is called, and for some: whether it is offered now, the order of its values, whether it begins open. */
const ABOUT = {
  famille: { name: "Famille", open: true },
  metier: { name: "Métier", open: true, offered: ({ famille, metier }) => famille.length + metier.length > 0 },
  poste: { name: "Poste", open: true, offered: ({ metier, poste }) => metier.length + poste.length > 0 },
  region: { name: "Région", open: true },
  modalite: { name: "Modalité" },
  niveau_sortie: { name: "Niveau visé", order: ({ valeur }) => Number(valeur) },
  duree: { name: "Durée", order: ({ valeur }) => hours(valeur) },
  contrat: { name: "Contrat", offered: ({ type, contrat }) => type !== "formation" || contrat.length > 0 },
  label: { name: "Label" },
  organisme: { name: "Organisme ou employeur" },
};
const ONE_VALUE = ["texte", "type", "lieu", "rayon", "tri", "tout", "parcourir", "proche", "de", "cible"];
export const TYPES = ["formation", "offre"];
export const RADIUS = "30";

/** "moins de 35 h" → 0, "de 400 à 1 200 h" → 400. */
const hours = (band) => (band.startsWith("moins") ? 0 : Number(/\d[\d\s]*/.exec(band)?.[0].replace(/\s/g, "") ?? 0));

export const facetName = (name) => ABOUT[name].name;
export const beginsOpen = (name) => Boolean(ABOUT[name].open);
export const offered = (state) => FACETTES.filter((name) => ABOUT[name].offered?.(state) ?? true);

/** Values in the order in which they are read: by size where they have one, else as told, the most frequent first. */
export function ordered(name, values) {
  const { order } = ABOUT[name];
  return order ? [...values].sort((a, b) => order(a) - order(b)) : values;
}

/** What stands for a value in the address: regions go by their name, which is also what a chip tells. */
export const valueKey = (name, { valeur, libelle }) => (name === "region" ? libelle : valeur);

/** Parameters of an address → one text for each of `ONE_VALUE`, one list for each of `FACETTES`. */
export function stateOf(params) {
  const state = {};
  for (const name of ONE_VALUE) state[name] = ([params[name]].flat().at(-1) ?? "").trim();
  for (const name of FACETTES) state[name] = [...new Set([params[name] ?? []].flat())];
  state.niveau_sortie = state.niveau_sortie.filter((level) => /^[1-8]$/.test(level));
  for (const name of ["type", "de", "cible"]) if (!TYPES.includes(state[name])) state[name] = "";
  if (!state.lieu || state.rayon === RADIUS) state.rayon = "";
  if (state.tri === "pertinence" || (state.tri === "distance" && !state.lieu)) state.tri = "";
  return state;
}

/** A point as the address and the field write it: "48.117, -1.678". */
const POINT = /^(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)$/;
export const pointText = (latitude, longitude) => `${latitude.toFixed(3)}, ${longitude.toFixed(3)}`;

/** A place as the service wants it: a name or a code, or degrees. */
function placeOf(lieu) {
  const [, latitude, longitude] = POINT.exec(lieu) ?? [];
  return latitude ? { latitude: Number(latitude), longitude: Number(longitude) } : lieu;
}

/** What a place is called. */
export const placeName = (lieu) => (POINT.test(lieu) ? "point de la carte" : lieu);

/** Whether anything is asked: a text, a filter, or the whole catalogue. */
export const asks = (state) => Boolean(state.texte || state.parcourir || hasFilters(state));

const hasFilters = ({ type, lieu, ...state }) => Boolean(type || lieu || FACETTES.some((name) => state[name].length));

/** Whether records outside of the field are kept away. */
export const inside = ({ tout }) => (tout === "1" ? undefined : true);

/** The state as POST /search wants it, but for the page. */
export function bodyOf(state) {
  const { texte, type, lieu, rayon, tri } = state;
  const lists = FACETTES.filter((name) => state[name].length).map((name) => [name, state[name]]);
  return {
    texte, type: type || undefined, numerique: inside(state), ...Object.fromEntries(lists),
    niveau_sortie: state.niveau_sortie.length ? state.niveau_sortie.map(Number) : undefined,
    lieu: lieu ? placeOf(lieu) : undefined, rayon_km: lieu ? Number(rayon || RADIUS) || 30 : undefined, tri: tri || undefined,
  };
}

/** The state with the values of one criterion changed; métiers and postes go with the famille or métier they are of. */
export function withValues(state, name, values, tree) {
  const next = { ...state, [name]: values };
  const under = (level, parents) => next[level].filter((id) => parents.includes(tree?.parentOf(level, id)));
  if (name === "famille") next.metier = under("metier", next.famille);
  if (name === "famille" || name === "metier") next.poste = under("poste", next.metier);
  return next;
}

/** The state without any filter; the text stays, and so does what browsing has left to show. */
export function cleared(state) {
  const none = Object.fromEntries(FACETTES.map((name) => [name, []]));
  return { ...state, ...none, type: "", lieu: "", rayon: "", parcourir: state.texte ? "" : "1" };
}

/** What a value is called. */
export function valueName(name, value, tree) {
  if (name === "niveau_sortie") return `${STUDIES[value]?.replace("bac", "Bac") ?? "Moins que le CAP"} (niveau ${value})`;
  return tree?.nameOf(name, value) ?? value;
}

function active(state, tree) {
  const found = [];
  if (state.type) found.push({ text: state.type === "offre" ? "Offres" : "Formations", without: { ...state, type: "" } });
  if (state.lieu) {
    found.push({ text: `${placeName(state.lieu)}, ${state.rayon || RADIUS}\u00a0km alentour`, without: { ...state, lieu: "", rayon: "" } });
  }
  for (const name of FACETTES) {
    for (const value of state[name]) {
      const text = `${facetName(name)}\u00a0: ${valueName(name, value, tree)}`;
      found.push({ text, without: withValues(state, name, state[name].filter((other) => other !== value), tree) });
    }
  }
  return found;
}

/** Show the active filters, each a button that takes it away; `leave(state, rank)` is told what is then asked. */
export function showChips(state, tree, leave) {
  const box = byId("filtres-actifs");
  const found = active(state, tree);
  box.hidden = !found.length;
  const chips = found.map(({ text, without }, rank) => el("li", null, button("jeton", () => leave(without, rank),
    text, el("span", { "aria-hidden": "true" }, " ×"), el("span", { class: "vh" }, " (retirer ce filtre)"))));
  const all = el("li", null, button("lien", () => leave(cleared(state), -1), "Effacer les filtres"));
  const held = [...box.querySelectorAll("button")].indexOf(document.activeElement);
  box.replaceChildren(...chips, all);
  if (held >= 0) box.querySelectorAll("button")[held]?.focus();
  return found.length;
}
