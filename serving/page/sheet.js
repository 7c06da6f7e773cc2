/* The page of one record: what it says, where it is filed and why, its sisters, and what stands across from it. */

import { candidates, evidence } from "./answer.js";
import { ask, cartographie } from "./api.js";
import { correction } from "./correction.js";
import { announce, byId, el, failure, message, number } from "./dom.js";
import { essentials, facts, origin, prose, source } from "./facts.js";
import { reasons, worth } from "./fiche.js";
import { ladder, levelSentence, pathLine } from "./parts.js";
import { ficheAddress, recall, remember, titleOf } from "./records.js";
import { address } from "./route.js";
import { lastSearch } from "./search.js";

const NEAR = 5;
const OPPOSITE = { formation: "offre", offre: "formation" };
const NEAR_TITLES = {
  formation: { formation: "Formations sœurs", offre: "Offres d’emploi pour cette formation" },
  offre: { offre: "Offres voisines", formation: "Formations pour cette offre" },
};

const box = byId("fiche");
const status = byId("fiche-etat");
let shown = "";
let pending = null;

/** Show the record of the address; returns the subject for the page's title. */
export function sheet(params) {
  const key = JSON.stringify([params.type, params.id]);
  if (key !== shown) {
    shown = key;
    load(params);
  } else {
    box.querySelector("h2")?.focus();
  }
  return titleOf(params) ?? "Fiche";
}

async function load(params) {
  pending?.abort();
  const mine = pending = new AbortController();
  announce(status, "Chargement de la fiche…", { visible: true });
  box.replaceChildren(backLink());
  try {
    const hit = await recall(params, { control: mine });
    if (mine !== pending) return;
    announce(status, "");
    // A record that was just met was known to the title already.
    if (hit) document.title = document.title.replace(/^Fiche /, `${hit.intitule} `);
    box.replaceChildren(...(hit ? show(hit) : missing()));
    box.querySelector("h2").focus();
    scrollTo(0, 0);
    if (hit) fill(hit, mine);
  } catch (error) {
    if (mine !== pending) return;
    announce(status, "");
    shown = "";
    box.replaceChildren(backLink(), failure(error, () => sheet(params)));
  }
}

const backLink = () => el("a", { class: "retour-liste", href: lastSearch() }, "← Retour à la recherche");

const missing = () => [
  backLink(), el("h2", { tabindex: -1 }, "Fiche introuvable"),
  message("Cette fiche n’est pas ici", "Elle n’est pas, ou plus, dans le catalogue."),
];

function show(hit) {
  const { fiche } = hit;
  const from = origin(fiche);
  return [
    backLink(),
    el("header", { class: "fiche-entete" },
      el("h2", { tabindex: -1 }, hit.intitule),
      el("p", { class: "origine" }, el("span", { class: `badge ${hit.type}` }, hit.type === "offre" ? "Offre" : "Formation"), from && ` ${from}`),
      essentials(fiche), source(fiche)),
    el("div", { class: "fiche-corps" },
      el("div", null,
        el("div", { class: "verdict", "data-famille": hit.famille?.id },
          el("h3", null, "Classement"),
          el("p", null, levelSentence(hit)), hit.famille && ladder(hit), correction(fiche, hit)),
        el("div", { class: "fiche-postes" })),
      el("div", null,
        prose(fiche) && el("h3", null, "Présentation"), prose(fiche),
        el("h3", null, "En bref"), facts(fiche),
        twins(hit))),
    ...[hit.type, OPPOSITE[hit.type]].map((cible) => nearBox(hit, cible)),
  ];
}

/** The other publications of the same record. */
const twins = ({ doublons }) => doublons.length > 0 && [
  el("h3", null, "Autres parutions"),
  el("p", { class: "note" }, `La même fiche est aussi publiée ${number(doublons.length)}\u00a0fois, sous d’autres identifiants.`),
  el("ul", { class: "parutions" }, doublons.map((other) => el("li", null,
    el("a", { href: ficheAddress(other) }, other.type === "offre" ? "Offre " : "Formation ", el("code", null, other.id))))),
];

const nearBox = ({ type }, cible) => el("section", { class: "proches", "data-cible": cible, "aria-busy": "true" },
  el("h3", null, NEAR_TITLES[type][cible]), el("p", { class: "note" }, "Recherche en cours…"));

/** Ask for what takes the place of "en cours": each part comes, or fails, alone. */
function fill(hit, control) {
  fillPostes(hit, control);
  for (const section of box.querySelectorAll("[data-cible]")) fillNear(section, hit, control);
}

async function fillPostes(hit, control) {
  const place = box.querySelector(".fiche-postes");
  try {
    const [body, tree] = await Promise.all([
      ask("/classify", { fiches: [hit.fiche], top_k: NEAR }, { control: linked(control) }), cartographie().catch(() => null),
    ]);
    const [answer] = body.resultats;
    if (!answer.erreur) place.replaceChildren(...candidates(answer, answer.numerique.decision), ...evidence(answer.preuves, tree));
  } catch (error) {
    if (!control.signal.aborted) place.replaceChildren(failure(error, () => fillPostes(hit, control)));
  }
}

async function fillNear(section, hit, control) {
  const { cible } = section.dataset;
  const title = section.querySelector("h3");
  try {
    const question = { id: hit.id, type: hit.type, cible, numerique: hit.numerique.decision || undefined, k: NEAR };
    const { resultats } = await ask("/similar", question, { control: linked(control) });
    remember(resultats);
    const all = address("rechercher", { proche: hit.id, de: hit.type, cible });
    section.replaceChildren(title, ...(resultats.length
      ? [el("ol", { class: "liste" }, resultats.map(nearItem)),
        el("p", null, el("a", { href: all }, "Voir plus de fiches proches", el("span", { class: "vh" }, `\u00a0: ${NEAR_TITLES[hit.type][cible]}`)))]
      : [el("p", { class: "note" }, "Le catalogue n’en a pas.")]));
  } catch (error) {
    if (!control.signal.aborted) section.replaceChildren(title, failure(error, () => fillNear(section, hit, control)));
  }
  section.removeAttribute("aria-busy");
}

/** A control of its own, aborted with the page's: one that is late must not stop its neighbours. */
function linked(control) {
  const own = new AbortController();
  control.signal.addEventListener("abort", () => own.abort());
  return own;
}

function nearItem(hit) {
  const from = origin(hit.fiche);
  return el("li", { class: "fiche" },
    el("div", { class: "fiche-tete" },
      el("div", null,
        el("h4", null, el("a", { href: ficheAddress(hit) }, hit.intitule)),
        from && el("p", { class: "origine" }, from)),
      worth(hit)),
    pathLine(hit), reasons(hit.raisons));
}
