/* Starts the page: tabs, address, footer. Each view knows how to show itself for given parameters. */

import { ask, cartographie } from "./api.js";
import { byId, count } from "./dom.js";
import { versionLine } from "./parts.js";
import { address, current, go, onRoute, VIEWS } from "./route.js";
import { search } from "./search.js";
import { classify } from "./classify.js";
import { carto } from "./carto.js";

const shows = { rechercher: search, classer: classify, cartographie: carto };
const tabs = VIEWS.map((view) => byId(`onglet-${view}`));
/** Where each tab was left, so that coming back finds the same state. */
const left = {};

function render({ focus = false } = {}) {
  const { view, params } = current();
  left[view] = params;
  VIEWS.forEach((name, i) => {
    const selected = name === view;
    tabs[i].setAttribute("aria-selected", String(selected));
    tabs[i].tabIndex = selected ? 0 : -1;
    tabs[i].href = address(name, left[name]);
    byId(name).hidden = !selected;
  });
  const subject = shows[view](params);
  document.title = [subject, byId(`onglet-${view}`).textContent, "genscan"].filter(Boolean).join(" — ");
  if (focus) byId(view).querySelector("h2").focus();
}

function openTab(index) {
  const view = VIEWS[(index + VIEWS.length) % VIEWS.length];
  go(view, left[view]);
  byId(`onglet-${view}`).focus();
}

tabs.forEach((tab, index) => {
  tab.addEventListener("keydown", (event) => {
    const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: VIEWS.length - 1, " ": index }[event.key];
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
