/* The results of a search, or of what is near a record: how many, how they were understood, the list and its pages. */

import { button, byId, count, el, message, number } from "./dom.js";
import { ficheItem } from "./fiche.js";
import { inside, RADIUS } from "./filters.js";
import { remember, titleOf } from "./records.js";

const title = byId("resultats-titre");
const box = byId("resultats");
const OUTSIDE = "Cette recherche ne semble pas porter sur les métiers du numérique.";
const WORTH = "La pertinence estime la chance que la fiche réponde à la recherche ; ce n’est pas une note de qualité.";
const NEARNESS = "La proximité mesure la ressemblance de sens ; ce n’est pas une note de qualité.";

/** Records on the page: none is shown twice. */
let shown = new Set();
const key = ({ type, id }) => `${type}/${id}`;

/** "128 formations et offres, Lyon et 30 km alentour". */
function found({ type, rayon }, { total, requete }) {
  if (!total) return "Aucun résultat";
  const what = type ? count(total, type) : total < 2 ? count(total, "fiche") : `${number(total)}\u00a0formations et offres`;
  const place = requete?.autour;
  return place ? `${what}, ${place.lieu || "le point choisi"} et ${number(place.km ?? (rayon || RADIUS))}\u00a0km alentour` : what;
}

export function nearHeading({ proche, de, cible }) {
  const name = titleOf({ type: de, id: proche });
  const what = { formation: "Formations", offre: "Offres" }[cible] ?? "Fiches";
  return `${what} proches de ${name ? `« ${name} »` : `la fiche ${proche}`}`;
}

/** Say what stands there; returns it, for the live region. */
export function head(text) {
  title.textContent = text;
  return text;
}

/** Show a first page. `does` holds what the reader may ask: near, more, back, wider, without. */
export function showResults(state, body, does) {
  const { resultats: hits } = body;
  shown = new Set();
  const list = el("ol", { class: "liste" }, items(hits, does));
  const way = state.proche ? button("second", does.back, "← Retour à la recherche") : "";
  const said = head(state.proche ? nearHeading(state) : found(state, body));
  if (!hits.length) {
    box.replaceChildren(way, ...understood(body), nothing(state, body, does));
    return state.proche ? "Aucune fiche proche." : `${said}.`;
  }
  const note = state.proche ? NEARNESS : typeof hits[0].score === "number" ? WORTH : "";
  box.replaceChildren(way, ...understood(body), outside(state, body, does),
    note && el("p", { class: "note" }, note), list, pager(body.suite, does));
  return `${said}.`;
}

/** Add a page under those before, and go to its first record. */
export function addResults(body, does) {
  const list = box.querySelector(".liste");
  const added = items(body.resultats, does);
  list.append(...added);
  box.querySelector(".suite").replaceWith(pager(body.suite, does));
  (added[0] ?? box.querySelector(".suite button"))?.querySelector("summary")?.focus();
}

/** Put what failed where the next page would have begun: those before stay. */
export const failMore = (node) => box.querySelector(".suite").replaceChildren(node);

function items(hits, { near }) {
  const fresh = hits.filter((hit) => !shown.has(key(hit)));
  for (const hit of fresh) shown.add(key(hit));
  remember(fresh);
  return fresh.map((hit) => ficheItem(hit, near));
}

/** What comes after the page: more, nothing, or the advice to be more precise. */
function pager(next, { more }) {
  return el("div", { class: "suite" },
    next === "more" && button("second", more, "Afficher plus"),
    next === "far" && el("p", { class: "note" }, "La liste s’arrête ici. Précisez la recherche ou ajoutez un filtre pour voir les autres."));
}

/** How the text was read, where that is not how it was typed. */
function understood({ requete = {} }) {
  const mended = Object.keys(requete.corrections ?? {}).length > 0;
  const spelled = Object.entries(requete.developpes ?? {});
  return [
    mended && el("p", { class: "lu" }, "Résultats pour ", el("q", null, requete.lu), el("span", { class: "note" }, ` (vous avez écrit\u00a0: ${Object.keys(requete.corrections).join(", ")})`)),
    spelled.length > 0 && el("p", { class: "note" }, spelled.map(([short, long]) => `${short}\u00a0: ${long}`).join(" · ")),
  ].filter(Boolean);
}

const wide = ({ wider }) => ({ label: "Chercher aussi hors du numérique", run: wider });

function outside(state, { hors_domaine: out }, does) {
  if (!out) return "";
  const action = inside(state) && wide(does);
  return el("div", { class: "avis" }, el("p", null, OUTSIDE), action && button("lien", action.run, action.label));
}

function nothing(state, { hors_domaine: out }, does) {
  if (state.proche) return message("Aucune fiche proche", "Le catalogue n’en a pas de ce type.");
  if (out && inside(state)) return message(OUTSIDE, "", wide(does));
  if (does.filters) {
    return message("Aucune fiche ne répond à cette recherche avec ces filtres.", "",
      { label: "Effacer les filtres", run: does.without });
  }
  return message(out ? OUTSIDE : "Aucune fiche trouvée", out ? "" : "Essayez avec d’autres mots, ou décrivez le métier visé.", inside(state) && wide(does));
}
