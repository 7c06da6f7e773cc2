/* Starts the page: tabs, address, footer. Each view knows how to show itself for given parameters. */

import { ask, cartographie } from "./api.js";
import { byId, count } from "./dom.js";
import { versionLine } from "./parts.js";
import { address, current, go, onRoute, TABS } from "./route.js";
import { search } from "./search.js";
import { classify } from "./classify.js";
import { carto } from "./carto.js";
import { sheet } from "./sheet.js";

const shows = { rechercher: search, classer: classify, cartographie: carto, fiche: sheet };
const tabs = TABS.map((view) => byId(`onglet-${view}`));
/** Where each tab was left, so that coming back finds the same state. */
const left = {};
let before = { view: "", hash: "" };

function render({ focus = false } = {}) {
  const { view, params } = current();
  const from = before;
  before = { view, hash: location.hash };
  left[view] = params;
  const open = view === "fiche" ? "rechercher" : view;
  TABS.forEach((name, i) => {
    const selected = name === open;
    tabs[i].setAttribute("aria-selected", String(selected));
    tabs[i].tabIndex = selected ? 0 : -1;
    tabs[i].href = address(name, left[name]);
    byId(name).hidden = !selected;
  });
  byId("fiche-vue").hidden = view !== "fiche";
  byId("recherche-vue").hidden = view === "fiche";
  const subject = shows[view](params);
  document.title = [subject, byId(`onglet-${open}`).textContent, "genscan"].filter(Boolean).join(" — ");
  if (from.view === "fiche" && view === "rechercher") comeBack(from.hash);
  else if (focus) byId(view).querySelector("h2").focus();
}

/** From a record's page to the list that led there: the focus goes to that record again. */
function comeBack(hash) {
  const link = [...byId("resultats").querySelectorAll("h4 > a")].find((one) => one.hash === hash);
  (link ?? byId("recherche-vue").querySelector("h2")).focus();
}

function openTab(index) {
  const view = TABS[(index + TABS.length) % TABS.length];
  go(view, left[view]);
  byId(`onglet-${view}`).focus();
}

tabs.forEach((tab, index) => {
  tab.addEventListener("keydown", (event) => {
    const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: TABS.length - 1, " ": index }[event.key];
    if (target === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    openTab(target);
  });
});

// The skip link must not become an address.
document.querySelector(".evitement").addEventListener("click", (event) => {
  event.preventDefault();
  byId("contenu").focus();
});

onRoute(render);
cartographie().catch(() => { /* each view says so where it matters */ });

ask("/versions").then((body) => {
  const { count: size, types, version } = body.index ?? {};
  byId("versions").textContent = `${versionLine(body)}${version ? ` · index ${version}` : ""}`;
  if (size) {
    byId("catalogue").textContent = `Le catalogue compte ${count(types?.formation ?? 0, "formation")} et ${count(types?.offre ?? 0, "offre")}.`;
  }
}).catch(() => { /* small print only */ });
