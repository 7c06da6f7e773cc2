/* "Cartographie": the tree on one side, one poste on the other (one after the other on a phone). */

import { cartographie, familleSize } from "./api.js";
import { countLinks, countWords, recordCounts } from "./counts.js";
import { announce, button, byId, count, el, failure, plain } from "./dom.js";
import { address, current, go } from "./route.js";

const VIEW = "cartographie";
const input = byId("filtre");
const status = byId("carto-etat");
const treeBox = byId("arbre");
const posteBox = byId("poste");
const panel = byId(VIEW);

/** One for each poste: {id, link, hint, key, words}; the filter reads `key` and `words`. */
const leaves = [];
let known = null;

/** Show the view; returns the subject for the page's title. */
export function carto(params) {
  if (!known) {
    load();
    return "";
  }
  return showPoste(params);
}

async function load() {
  announce(status, "Chargement de la cartographie…", { visible: true });
  try {
    const tree = await cartographie();
    if (known) return;
    known = tree;
    treeBox.replaceChildren(el("ul", { class: "arbre" }, tree.familles.map(familleBranch)));
    byId("carto-chapeau").textContent = `${tree.libelle}\u00a0: ${tree.size}.`;
    filter();
    if (current().view === VIEW) showPoste(current().params, { focus: false });
    tellCounts();
  } catch (error) {
    announce(status, "");
    treeBox.replaceChildren(failure(error, load));
  }
}

/** Write beside every node how many records it has; the tree does without where they cannot be had. */
async function tellCounts() {
  const counted = await recordCounts().catch(() => null);
  if (!counted) return;
  for (const node of treeBox.querySelectorAll("[data-compte]")) {
    const [level, id] = node.dataset.compte.split("/");
    node.textContent = countWords(counted(level, id));
  }
  for (const node of treeBox.querySelectorAll("[data-voir]")) {
    const [level, id] = node.dataset.voir.split("/");
    node.replaceChildren(countLinks(level, { id, libelle: known.nameOf(level, id) }, counted(level, id)));
  }
}

/* The tree. */

const familleBranch = (famille) => branch("famille", famille, famille.metiers.map(metierBranch), familleSize(famille));

const metierBranch = (metier) => branch("metier", metier, metier.postes.map(posteLeaf), count(metier.postes.length, "poste"));

function branch(level, node, children, size) {
  return el("li", { "data-famille": level === "famille" && node.id },
    el("details", { class: level },
      el("summary", null,
        el("span", { class: "libelle" }, node.libelle), " ", el("span", { class: "note" }, size), " ", tally(level, node.id)),
      el("div", { "data-voir": `${level}/${node.id}` }),
      el("ul", null, children)));
}

/** Where the number of records will stand. */
const tally = (level, id) => el("span", { class: "note compte", "data-compte": `${level}/${id}` });

function posteLeaf(poste) {
  const link = el("a", { href: address(VIEW, { poste: poste.id }), "data-poste": poste.id }, poste.libelle);
  const hint = el("span", { class: "note" });
  const words = [
    ...poste.intitules_fr.flatMap(({ m, f }) => [m, f]), ...poste.intitules_en, ...poste.outils, ...poste.competences,
  ].map((text) => ({ text, key: plain(text) }));
  leaves.push({ id: poste.id, link, hint, key: plain(poste.libelle), words });
  return el("li", null, link, hint, " ", tally("poste", poste.id));
}

/** Keep the postes whose label, titles, tools or skills hold what is typed; say what matched beside the label. */
function filter() {
  const wanted = plain(input.value.trim());
  let kept = 0;
  for (const { link, hint, key, words } of leaves) {
    const direct = key.includes(wanted);
    const through = direct ? null : words.find((word) => word.key.includes(wanted));
    hint.textContent = through ? ` ${through.text}` : "";
    link.parentElement.hidden = !direct && !through;
    kept += direct || through ? 1 : 0;
  }
  for (const details of treeBox.querySelectorAll("details")) {
    details.open = wanted !== "";
    details.parentElement.hidden = !details.querySelector("li:not([hidden]) > a[data-poste]");
  }
  treeBox.classList.toggle("filtre", wanted !== "");
  if (!wanted) openCurrent();
  const found = kept ? `${count(kept, "poste")} sur ${leaves.length}` : "Aucun poste ne correspond à ce filtre.";
  announce(status, wanted ? found : "", { visible: wanted !== "" });
}

/** Open the branches that the address points at, and mark its poste. */
function openCurrent() {
  const { famille, poste } = current().params;
  const chosen = famille && treeBox.querySelector(`[data-famille="${CSS.escape(famille)}"] > details`);
  if (chosen) chosen.open = true;
  for (const { id, link } of leaves) {
    link.removeAttribute("aria-current");
    if (id !== poste) continue;
    link.setAttribute("aria-current", "true");
    for (let up = link.closest("details"); up; up = up.parentElement.closest("details")) up.open = true;
  }
}

/* One poste. */

function showPoste({ poste: id }, { focus = true } = {}) {
  openCurrent();
  const found = known.postes.get(id);
  panel.classList.toggle("avec-poste", Boolean(id));
  if (posteBox.dataset.poste === (id ?? "")) return found?.poste.libelle ?? "";
  posteBox.dataset.poste = id ?? "";
  posteBox.replaceChildren(found ? posteCard(found) : id ? unknown(id) : invitation());
  if (found) complete(found.poste);
  if (id && focus) posteBox.querySelector("h3").focus();
  return found?.poste.libelle ?? "";
}

const invitation = () => el("p", { class: "attente" }, "Choisissez un poste pour lire sa fiche.");

const unknown = (id) => el("div", { class: "message" },
  el("h3", { tabindex: -1 }, "Poste inconnu"),
  el("p", null, `La cartographie n’a pas de poste « ${id} ».`), backLink());

const backLink = () => el("a", { class: "retour", href: address(VIEW) }, "← Toute la cartographie");

function posteCard({ poste, metier, famille }) {
  return el("article", { class: "poste", "data-famille": famille.id },
    backLink(),
    el("p", { class: "chemin" }, famille.libelle, el("span", { class: "chevron" }, " › "), metier.libelle),
    el("h3", { tabindex: -1 }, poste.libelle),
    el("p", { class: "definition" }, poste.definition),
    el("div", { class: "fiches" }),
    button(null, () => go("rechercher", { texte: poste.libelle, poste: poste.id }, { focus: true }), "Rechercher ce poste"),
    section("Intitulés usuels", poste.intitules_fr.map(bothGenders)),
    section("En anglais", poste.intitules_en, { lang: "en" }),
    section("Outils et technologies", poste.outils, { class: "etiquettes" }),
    section("Compétences", poste.competences),
    el("div", { class: "rome" }, section("Codes ROME qui y mènent", poste.rome?.map(romeWords))));
}

/** Add what the catalogue knows of the poste: how many records. */
async function complete(poste) {
  const counted = await recordCounts().catch(() => null);
  if (posteBox.dataset.poste !== poste.id || !counted) return;
  posteBox.querySelector(".fiches").replaceChildren(countLinks("poste", poste, counted("poste", poste.id)));
}

/** "M1855, Développeur web (13 % de ses appellations)". */
const romeWords = ({ code, libelle, part }) => `${code}, ${libelle} (${Math.round(100 * part)} % de ses appellations)`;

function section(title, items, props) {
  return items?.length ? [el("h4", null, title), el("ul", props, items.map((text) => el("li", null, text)))] : [];
}

/** "Chargé / Chargée de communication": only the words that differ are written twice. */
function bothGenders({ m, f }) {
  if (m === f) return m;
  const [masculine, feminine] = [m.split(" "), f.split(" ")];
  if (masculine.length !== feminine.length) return `${m} / ${f}`;
  return masculine.map((word, i) => (word === feminine[i] ? word : `${word} / ${feminine[i]}`)).join(" ");
}

input.addEventListener("input", () => known && filter());
