/* The map beside the results: the records shown that have a place, the circle looked into; a press sets its centre. */

import { byId, count, el, number, svg } from "./dom.js";
import { BORDERS, COAST, HEIGHT, PER_KM, toDegrees, toGrid, WIDTH, within } from "./france.js";

const box = byId("carte-dessin");
const note = byId("carte-note");
const circle = svg("circle", { class: "rayon" });
const centre = svg("path", { class: "centre", d: "M-5 0H5M0-5V5" });
const points = svg("g", { class: "points" });
const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" },
  svg("path", { class: "terre", d: COAST }), svg("path", { class: "limites", d: BORDERS }), circle, points, centre);

let choose = () => {};

/** In sight beside the results where there is room, folded above them where there is none. */
const WIDE = matchMedia("(min-width: 56.01rem)");
const fold = () => { byId("carte").open = WIDE.matches; };
WIDE.addEventListener("change", fold);
fold();

/** A disc for a course, a diamond for an offer: two colours alone would not tell them apart. */
const mark = (type) => svg("path", { class: type, d: type === "offre" ? "M0-6.5L6.5 0L0 6.5L-6.5 0Z" : "M-5 0A5 5 0 0 1 5 0A5 5 0 0 1-5 0Z" });
const key = (type, words) => el("span", null,
  svg("svg", { class: "points", viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true" }, mark(type)), words);

/** Draw the map; `listener(latitude, longitude)` is called when the reader presses it. */
export function onPlace(listener) {
  choose = listener;
  box.replaceChildren(picture, el("p", { class: "legende" }, key("formation", " formation"), key("offre", " offre")));
}

picture.addEventListener("click", (event) => {
  const frame = picture.getBoundingClientRect();
  const [latitude, longitude] = toDegrees(
    ((event.clientX - frame.left) * WIDTH) / frame.width, ((event.clientY - frame.top) * HEIGHT) / frame.height);
  choose(latitude, longitude);
});

/** Show the records of a list and the circle they were looked for in, null where none was. */
export function showMap(hits, around) {
  const seen = around && within(toGrid(around.latitude, around.longitude));
  circle.toggleAttribute("hidden", !seen);
  centre.toggleAttribute("hidden", !seen);
  if (seen) {
    const [x, y] = toGrid(around.latitude, around.longitude).map((value) => value.toFixed(1));
    for (const [name, value] of Object.entries({ cx: x, cy: y, r: (around.km * PER_KM).toFixed(1) })) circle.setAttribute(name, value);
    centre.setAttribute("transform", `translate(${x} ${y})`);
  }
  const placed = hits.filter(({ latitude, longitude }) => typeof latitude === "number" && within(toGrid(latitude, longitude)));
  points.replaceChildren(...placed.map((hit) => {
    const [x, y] = toGrid(hit.latitude, hit.longitude).map((value) => value.toFixed(1));
    return svg("g", { transform: `translate(${x} ${y})` }, mark(hit.type), svg("title", null, hit.intitule));
  }));
  const said = words(hits.length, placed.length, around);
  picture.setAttribute("aria-label", said);
  note.textContent = `${said} Cliquez sur la carte, ou écrivez une commune dans « Autour de », pour chercher à cet endroit.`;
}

/** What the map shows, for whoever does not see it too. */
function words(all, placed, around) {
  const rest = placed < all ? `, sur les ${number(all)} de la liste` : " de la liste";
  const said = all ? `Carte de France métropolitaine\u00a0: ${count(placed, "fiche")}${rest}` : "Carte de France métropolitaine";
  const where = around ? `, cercle de ${number(around.km)}\u00a0km autour de ${around.lieu || "ce point"}` : "";
  return `${said}${where}.`;
}
