/* One record in a list: what it is, where it is classified, how near it is, and its details on demand. */

import { bar, button, el, number, percent } from "./dom.js";
import { essentials, facts, origin, prose, source } from "./facts.js";
import { marked } from "./marks.js";
import { ladder, levelSentence, pathLine } from "./parts.js";
import { ficheAddress } from "./records.js";

const MAX_PROSE = 2_500;

const REASONS = {
  poste: "même poste", metier: "même métier", famille: "même famille", rncp: "même certification", rome: "même code ROME",
  mots: "mots communs", lieu: "même lieu",
};

/** Why a record is near, one reason of each kind: "mots communs : soc, siem". */
export function reasons(found = []) {
  const kinds = [...new Set(found.map(({ type }) => type))];
  const told = (kind) => found.filter(({ type }) => type === kind).map(({ texte }) => texte).join(", ");
  return kinds.length > 0 && el("ul", { class: "raisons", "aria-label": "Ce qui la rapproche" }, kinds.map((kind) => el("li", null,
    el("span", { class: "note" }, `${REASONS[kind] ?? kind}\u00a0: `), told(kind))));
}

/** How good a result is: the chance of being what is asked or, near a record, the likeness; nothing when browsing. */
export function worth({ score, raisons }) {
  if (typeof score !== "number") return "";
  return el("p", { class: "proximite" }, bar(score), `${raisons ? "proximité" : "pertinence"} ${percent(score)}`);
}

function details(hit, onNear) {
  const { fiche } = hit;
  const other = hit.type === "offre" ? "formation" : "offre";
  return [
    el("div", null, el("p", null, levelSentence(hit)), hit.famille && ladder(hit)),
    facts(fiche),
    prose(fiche, MAX_PROSE),
    hit.doublons.length > 0 && el("p", { class: "note" }, `Autres parutions\u00a0: ${hit.doublons.map(({ id }) => id).join(", ")}`),
    source(fiche),
    el("div", { class: "actions" },
      button("second", () => onNear(hit, hit.type), "Fiches proches"),
      button("second", () => onNear(hit, other), hit.type === "offre" ? "Formations pour cette offre" : "Offres pour cette formation")),
  ];
}

/** A list item; `onNear(hit, type)` is called when the reader wants records of a type near this one. */
export function ficheItem(hit, onNear) {
  const body = el("div", { class: "detail" });
  const disclosure = el("details", {
    ontoggle: () => {
      if (disclosure.open && !body.hasChildNodes()) body.append(...details(hit, onNear).filter(Boolean));
    },
  }, el("summary", null, "Détails", el("span", { class: "vh" }, ` de « ${hit.intitule} »`)), body);
  const from = origin(hit.fiche);
  const { intitule = [], extrait = [] } = hit.reperes ?? {};
  const bySense = hit.trouve_par === "sens" && typeof hit.score === "number" && !hit.raisons;
  return el("li", { class: "fiche" },
    el("div", { class: "fiche-tete" },
      el("div", null,
        el("h4", null, el("a", { href: ficheAddress(hit) }, marked(hit.intitule, intitule))),
        el("p", { class: "origine" }, el("span", { class: `badge ${hit.type}` }, hit.type === "offre" ? "Offre" : "Formation"), from && ` ${from}`),
        essentials(hit.fiche)),
      worth(hit)),
    pathLine(hit),
    reasons(hit.raisons),
    hit.extrait && el("p", { class: "extrait" }, marked(hit.extrait, extrait)),
    (bySense || hit.doublons.length > 0) && el("p", { class: "note mentions" },
      bySense && el("span", null, "proche par le sens"),
      hit.doublons.length > 0 && el("span", null, `aussi publiée\u00a0: ${number(hit.doublons.length)}\u00a0fois`)),
    disclosure);
}
