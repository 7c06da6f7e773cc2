/* "Rechercher": the address says what is asked, this view asks it and shows the answer. */

import { asker, cartographie, familleSize } from "./api.js";
import { announce, button, byId, count, el, failure, fieldError, message, svg } from "./dom.js";
import { ficheItem } from "./fiche.js";
import { address, go } from "./route.js";

const VIEW = "rechercher";
const PAGE = 10;
const MOST = 50;
const TYPING_PAUSE = 300;
const SHORTEST_TYPED = 2;
const FILTERS = ["type", "famille", "metier", "poste"];
const EXAMPLES = ["je veux me reconvertir dans la cyber sans le bac", "développeur React", "community manager", "fibre optique"];

const form = byId("recherche");
const input = byId("texte");
const status = byId("recherche-etat");
const results = byId("resultats");
/** Titles seen, so that "near this record" can name it. */
const titles = new Map();

const query = asker(status, results, "Recherche");
let shown = "";
let size = PAGE;
let timer = 0;
/** Whether the reader asked for records near another: the focus then follows. */
let moved = false;
/** The parameters shown last. */
let last = {};

/** Show the view for the parameters of the address; returns the subject for the page's title. */
export function search(params) {
  last = params;
  fillForm();
  fillFamilles();
  const text = params.texte?.trim() ?? "";
  const asked = params.proche ? nearRequest(params) : text && searchRequest(params, text);
  byId("accueil").hidden = Boolean(asked);
  if (!asked) {
    clear();
    return "";
  }
  const key = JSON.stringify(asked);
  if (key !== shown) {
    size = PAGE;
    run(asked, params);
  }
  return params.proche ? heading(params, null) : text;
}

function searchRequest(params, texte) {
  const { type, famille, metier, poste } = params;
  return { path: "/search", body: { texte, type, famille, metier, poste, numerique: inside(params) } };
}

const nearRequest = (params) => ({
  path: "/similar", body: { id: params.proche, type: params.de, cible: params.cible, numerique: inside(params) },
});

const inside = ({ tout }) => (tout === "1" ? undefined : true);

/** Ask and show; `from` is the first result that is not on the page yet. */
async function run(asked, params, from = 0) {
  shown = JSON.stringify(asked);
  fieldError(input, null);
  try {
    const body = await query.start(asked.path, { ...asked.body, k: size });
    if (body) show(body.resultats, params, asked, from);
  } catch (error) {
    shown = "";
    showFailure(error, params, () => run(asked, params));
  }
}

function clear() {
  query.stop();
  shown = "";
  results.replaceChildren();
  announce(status, "");
  fieldError(input, null);
}

function showFailure(error, params, retry) {
  announce(status, "La recherche a échoué.");
  if (error.champ?.endsWith("texte")) {
    fieldError(input, error.message);
    results.replaceChildren();
  } else if (params.proche && error.status === 404) {
    results.replaceChildren(message("Fiche introuvable", "Elle n’est pas, ou plus, dans le catalogue.", RETURN));
  } else if (FILTERS.includes(error.champ)) {
    results.replaceChildren(message("Ce filtre n’est pas reconnu", error.message, withoutFilter(params)));
  } else {
    results.replaceChildren(failure(error, retry));
  }
}

function show(hits, params, asked, from) {
  for (const hit of hits) titles.set(`${hit.type}/${hit.id}`, hit.intitule);
  announce(status, hits.length ? `${count(hits.length, "résultat")}.` : "Aucun résultat.");
  if (!hits.length) {
    results.replaceChildren(nothing(params));
    return;
  }
  const known = [...results.querySelectorAll(".fiche")].slice(0, from);
  const list = el("ol", { class: "liste" }, known, hits.slice(from).map((hit) => ficheItem(hit, near)));
  results.replaceChildren(
    params.proche ? button("second", back, "← Retour à la recherche") : "",
    el("h3", { tabindex: -1 }, heading(params, hits.length)),
    el("p", { class: "note" }, "La proximité mesure la ressemblance de sens ; ce n’est pas une note de qualité."),
    list,
    hits.length === size && size < MOST ? button("second", () => more(asked, params), "Afficher plus de résultats") : "");
  if (from) list.children[from]?.querySelector("summary").focus();
  else if (moved) results.querySelector("h3").focus();
  moved = false;
}

function more(asked, params) {
  const from = size;
  size = Math.min(MOST, size + PAGE);
  run(asked, params, from);
}

function heading(params, found) {
  if (params.proche) {
    const title = titles.get(`${params.de}/${params.proche}`);
    const what = { formation: "Formations", offre: "Offres" }[params.cible] ?? "Fiches";
    return `${what} proches de ${title ? `« ${title} »` : `la fiche ${params.proche}`}`;
  }
  const noun = ["formation", "offre"].includes(params.type) ? params.type : "fiche";
  return found > 1 ? `Les ${found} ${noun}s les plus proches` : `Une seule ${noun} trouvée`;
}

function nothing(params) {
  const filtered = FILTERS.some((name) => params[name]) || params.tout !== "1";
  if (params.proche) return message("Aucune fiche proche", "Le catalogue n’en a pas de ce type.", RETURN);
  return message("Aucune fiche trouvée", filtered
    ? "Aucune fiche ne répond à cette recherche avec ces filtres."
    : "Essayez avec d’autres mots, ou décrivez le métier visé.",
  filtered && withoutFilter(params));
}

const withoutFilter = ({ texte }) => ({ label: "Chercher sans filtre", run: () => go(VIEW, { texte, tout: "1" }) });

const RETURN = { label: "Revenir à la recherche", run: back };

function near(hit, cible) {
  moved = true;
  go(VIEW, { ...last, proche: hit.id, de: hit.type, cible });
}

function back() {
  const { proche, de, cible, ...params } = last;
  go(VIEW, params, { focus: true });
}

/* The form. */

function fillForm() {
  const { texte = "", type, tout } = last;
  if (input.value.trim() !== texte.trim()) input.value = texte;
  form.elements.type.value = ["formation", "offre"].includes(type) ? type : "";
  form.elements.numerique.checked = tout !== "1";
}

function read() {
  const { metier, poste } = last;
  const data = new FormData(form);
  // Before the cartographie is there the list cannot hold the address's famille.
  const famille = byId("famille").length > 1 ? data.get("famille") : last.famille;
  return {
    texte: input.value.trim(), type: data.get("type"), famille, tout: data.get("numerique") ? "" : "1",
    ...(!famille && { metier, poste }),
  };
}

function submit(options) {
  clearTimeout(timer);
  go(VIEW, read(), options);
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  const length = input.value.trim().length;
  if (length === 0 || length >= SHORTEST_TYPED) timer = setTimeout(() => submit({ typing: true }), TYPING_PAUSE);
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});

form.addEventListener("change", (event) => {
  if (event.target !== input) submit();
});

byId("exemples-recherche").append(...EXAMPLES.map((texte) => button("jeton", () => { go(VIEW, { ...read(), texte }); input.focus(); }, texte)));

/* What comes from the cartographie: the list of familles, the names of the filters, the way in by famille. */

async function fillFamilles() {
  showActiveFilters(null);
  const select = byId("famille");
  const tree = await cartographie().catch(() => null);
  if (!tree) return;
  if (select.options.length === 1) {
    select.append(...tree.familles.map((f) => el("option", { value: f.id }, f.libelle)));
    byId("familles").append(
      el("h3", null, `Ou entrez par l’une des ${tree.familles.length} familles`),
      el("p", { class: "note" }, "Un trait par poste, groupés par métier."),
      frieze(tree),
    );
  }
  select.value = tree.nameOf("famille", last.famille) ? last.famille : "";
  showActiveFilters(tree);
}

/** Filters that the form has no field for, each with its way out. */
function showActiveFilters(tree) {
  const box = byId("filtres-actifs");
  const active = [["metier", "Métier"], ["poste", "Poste"]].filter(([name]) => last[name] && !last.proche);
  box.hidden = !active.length;
  box.replaceChildren(...active.map(([name, label]) => {
    const value = tree?.nameOf(name, last[name]) ?? last[name];
    return button("jeton", () => { go(VIEW, { ...last, [name]: "" }); input.focus(); }, `${label}\u00a0: ${value}`, el("span", { "aria-hidden": "true" }, " ×"), el("span", { class: "vh" }, " (retirer ce filtre)"));
  }));
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
      el("span", { class: "note" }, familleSize(famille)));
  }));
}
