/* "Rechercher": the address says what is asked, this view asks it and shows the answer. */

import { asker, cartographie } from "./api.js";
import { announce, byId, failure, fieldError, message } from "./dom.js";
import { showFacets, showTypes, onFacet } from "./facets.js";
import {
  asks, bodyOf, cleared, FACETTES, inside, offered, pointText, RADIUS, showChips, stateOf, withValues,
} from "./filters.js";
import { fillExamples, fillFamilles } from "./home.js";
import { onPlace, showMap } from "./map.js";
import { addResults, failMore, head, nearHeading, showResults } from "./results.js";
import { address, go } from "./route.js";
import { suggestions } from "./suggestions.js";

const VIEW = "rechercher";
const PAGE = 10;
const FARTHEST = 1_000;
const MOST_NEAR = 50;
const TYPING_PAUSE = 300;
const SHORTEST_TYPED = 2;

const form = byId("recherche");
const input = byId("texte");
const place = byId("lieu");
const status = byId("recherche-etat");
const results = byId("resultats");
const sorting = byId("tri");

const query = asker(status, results, "Recherche");
/** What is on the page, as a text to compare, and how many results of it were asked. */
let shown = "";
let size = 0;
let timer = 0;
/** Whether the reader asked for records near another: the focus then follows. */
let moved = false;
let last = stateOf({});
let tree = null;
/** Records in the list, which the map shows. */
let listed = [];

/** Show the view for the parameters of the address; returns the subject for the page's title. */
export function search(params) {
  last = stateOf(params);
  if (!tree) grow();
  const near = Boolean(last.proche);
  const asked = near || asks(last);
  byId("accueil").hidden = asked;
  byId("recherche-corps").hidden = !asked;
  byId("recherche-corps").classList.toggle("pres", near);
  fillForm();
  tell();
  if (!asked) {
    clear();
    return "";
  }
  if (JSON.stringify(question()) !== shown) run();
  return near ? nearHeading(last) : last.texte || "Catalogue";
}

/** Where the search was left. */
export const lastSearch = () => address(VIEW, last);

/** What is asked, but for the page of it. */
function question() {
  const { proche, de, cible } = last;
  return proche
    ? { path: "/similar", body: { id: proche, type: de || undefined, cible: cible || undefined, numerique: inside(last) } }
    : { path: "/search", body: bodyOf(last) };
}

/** Ask for results from a rank on; `suite` is added to the answer: whether there are more. */
async function ask(from) {
  const { path, body } = question();
  const near = path === "/similar";
  // What is near a record has no pages: all of it is asked again.
  const page = near ? { k: from + PAGE } : { k: PAGE, debut: from, ...(!from && { facettes: ["type", ...offered(last)] }) };
  const answer = await query.start(path, { ...body, ...page });
  if (!answer) return undefined;
  size = from + PAGE;
  const left = near ? answer.resultats.length === size && size < MOST_NEAR : answer.total > size;
  return { ...answer, suite: !left ? "" : !near && size > FARTHEST ? "far" : "more" };
}

async function run() {
  shown = JSON.stringify(question());
  for (const field of [input, place]) fieldError(field, null);
  try {
    const body = await ask(0);
    if (!body) return;
    if (body.facettes) showFacets(last, tree, body.facettes);
    announce(status, showResults(last, body, does(last)));
    listed = body.resultats;
    showMap(listed, body.requete.autour);
    if (moved) byId("resultats-titre").focus();
  } catch (error) {
    shown = "";
    fail(error);
  }
  moved = false;
}

async function more() {
  try {
    const body = await ask(size);
    if (!body) return;
    addResults(last.proche ? { ...body, resultats: body.resultats.slice(size - PAGE) } : body, does(last));
    listed = [...listed, ...body.resultats];
    showMap(listed, body.requete.autour);
    announce(status, `${Math.min(size, body.total ?? size)} fiches affichées.`);
  } catch (error) {
    announce(status, "La suite n’a pas pu être chargée.");
    failMore(failure(error, more));
  }
}

const does = (state) => ({
  near, more, back, filters: JSON.stringify(cleared(state)) !== JSON.stringify(state),
  wider: () => go(VIEW, { ...last, tout: "1" }, { focus: true }),
  without: () => go(VIEW, stateOf(cleared(last)), { focus: true }),
});

function clear() {
  query.stop();
  shown = "";
  results.replaceChildren();
  listed = [];
  showMap(listed, null);
  showTypes([]);
  announce(status, "");
  for (const field of [input, place]) fieldError(field, null);
}

function fail(error) {
  const champ = error.champ ?? "";
  announce(status, "La recherche a échoué.");
  listed = [];
  showMap(listed, null);
  head(last.proche ? nearHeading(last) : "Résultats");
  if (error.code === "lieu_inconnu" || champ.startsWith("lieu")) {
    fieldError(place, error.code === "lieu_inconnu" ? `aucune commune ni aucun code postal « ${last.lieu} ».` : error.message);
    announce(status, "Lieu inconnu.");
    results.replaceChildren(message("Lieu inconnu", "Écrivez le nom d’une commune de France ou son code postal.",
      { label: "Chercher sans lieu", run: () => go(VIEW, stateOf({ ...last, lieu: "" }), { focus: true }) }));
  } else if (champ.startsWith("texte")) {
    fieldError(input, error.message);
    results.replaceChildren();
  } else if (last.proche && error.status === 404) {
    results.replaceChildren(message("Fiche introuvable", "Elle n’est pas, ou plus, dans le catalogue.", { label: "Revenir à la recherche", run: back }));
  } else if ([...FACETTES, "type", "rayon_km", "tri", "cible"].some((name) => champ.startsWith(name))) {
    results.replaceChildren(message("Ce filtre n’est pas reconnu", error.message,
      { label: "Effacer les filtres", run: () => go(VIEW, { ...cleared(last), tri: "" }, { focus: true }) }));
  } else {
    results.replaceChildren(failure(error, run));
  }
}

function near(hit, cible) {
  moved = true;
  go(VIEW, { ...last, proche: hit.id, de: hit.type, cible });
}

function back() {
  go(VIEW, { ...last, proche: "", de: "", cible: "" }, { focus: true });
}

/* The form, and all that stands beside it. */

function fillForm() {
  if (input.value.trim() !== last.texte) input.value = last.texte;
  if (place.value.trim() !== last.lieu) place.value = last.lieu;
  // A radius chosen before the place is kept.
  if (last.lieu) form.elements.rayon.value = last.rayon || RADIUS;
  form.elements.type.value = last.type;
  form.elements.numerique.checked = last.tout !== "1";
  sorting.querySelector("[value='pertinence']").textContent = last.texte ? "Pertinence" : "Derniers ajouts";
  sorting.querySelector("[value='distance']").hidden = sorting.querySelector("[value='distance']").disabled = !last.lieu;
  sorting.value = last.tri || "pertinence";
}

function tell() {
  const filters = showChips(last, tree, leave);
  byId("filtres-nombre").textContent = filters ? ` (${filters})` : "";
  showFacets(last, tree);
}

/** Names of familles, métiers and postes come with the cartographie; it is asked again when it failed. */
async function grow() {
  tree = await cartographie().catch(() => null);
  if (!tree) return;
  fillFamilles(tree);
  tell();
}

/** Take a filter away; the focus goes to the chip that took its place, or to the results. */
function leave(without, rank) {
  go(VIEW, stateOf(without));
  const chips = byId("filtres-actifs").hidden ? [] : byId("filtres-actifs").querySelectorAll(".jeton");
  const next = rank < 0 ? null : chips[Math.min(rank, chips.length - 1)];
  if (next) next.focus();
  else if (byId("recherche-corps").hidden) input.focus();
  else byId("resultats-titre").focus();
}

const example = (texte) => {
  go(VIEW, { ...read(), texte });
  input.focus();
};

function read() {
  const data = new FormData(form);
  const texte = input.value.trim();
  const lieu = place.value.trim();
  return stateOf({
    ...last, texte, lieu, rayon: lieu ? data.get("rayon") : "", type: data.get("type"), tout: data.get("numerique") ? "" : "1",
    parcourir: texte ? "" : last.parcourir, proche: "", de: "", cible: "",
  });
}

function submit(options) {
  clearTimeout(timer);
  go(VIEW, read(), options);
}

const closeSuggestions = suggestions(input, ({ texte, genre, id }) => {
  const level = ["famille", "metier"].includes(genre);
  input.value = level ? "" : texte;
  clearTimeout(timer);
  go(VIEW, level ? withValues(read(), genre, [id], tree) : read());
});

input.addEventListener("input", () => {
  clearTimeout(timer);
  const length = input.value.trim().length;
  if (length === 0 || length >= SHORTEST_TYPED) timer = setTimeout(() => submit({ typing: true }), TYPING_PAUSE);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  closeSuggestions();
  submit();
});

form.addEventListener("change", (event) => {
  if (event.target !== input) submit();
});

sorting.addEventListener("change", () => go(VIEW, stateOf({ ...last, tri: sorting.value })));

onPlace((latitude, longitude) => go(VIEW, { ...read(), lieu: pointText(latitude, longitude), rayon: form.elements.rayon.value }));

onFacet((name, values) => go(VIEW, withValues(last, name, values, tree)));

fillExamples(example);
