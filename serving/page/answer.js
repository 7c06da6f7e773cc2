/* The whole answer to one text: the verdict, the tree lit up, the evidence, and a way to say that it is wrong. */

import { correction } from "./correction.js";
import { bar, el, percent } from "./dom.js";
import { litTree } from "./lit.js";
import { ladder, levelSentence, versionLine } from "./parts.js";
import { address } from "./route.js";

const MOST_CANDIDATES = 5;

/** The nodes that tell an answer; `tree` is the cartographie, null where it could not be read. */
export function answerNodes(fiche, answer, tree) {
  const inside = answer.numerique.decision;
  return [
    el("div", { class: "verdict", "data-famille": answer.famille?.id },
      el("h3", null, inside ? "Numérique" : "Hors du numérique"),
      el("p", { class: "note" }, `Probabilité de relever du numérique\u00a0: ${percent(answer.numerique.score)}`),
      el("p", null, levelSentence(answer)),
      answer.famille && ladder(answer),
      correction(fiche, answer)),
    ...candidates(answer, inside),
    ...(tree ? litTree(answer, tree) : []),
    ...evidence(answer.preuves, tree),
    el("p", { class: "note" }, versionLine(answer.versions)),
  ];
}

/** The likeliest postes, each with its share. */
export function candidates(answer, inside) {
  if (!answer.candidats.length) return [];
  return [
    el("h3", null, inside ? "Postes candidats" : "Postes les moins éloignés"),
    el("ol", { class: "candidats" }, answer.candidats.slice(0, MOST_CANDIDATES).map((candidate) => el("li", null,
      el("a", { href: address("cartographie", { poste: candidate.poste }) }, candidate.libelle),
      el("span", null, percent(candidate.score)),
      bar(candidate.score)))),
  ];
}

/** What the answer rests on, in sentences. */
export function evidence(proofs, tree) {
  return [
    el("h3", null, "Ce sur quoi s’appuie la réponse"),
    proofs.length
      ? el("ul", { class: "preuves" }, proofs.map((proof) => el("li", null, ...proofWords(proof, tree))))
      : el("p", null, "Aucun intitulé de référence n’est assez proche de ce texte."),
  ];
}

function proofWords(proof, tree) {
  const text = el("q", null, proof.texte);
  const postes = proof.postes.map((id) => tree?.nameOf("poste", id) ?? id.replaceAll("-", " ")).join(", ");
  const share = proof.score > 0 && proof.score < 1 ? ` (part ${percent(proof.score)})` : "";
  switch (proof.type) {
    case "voisin": return [
      "Ressemble à l’intitulé de référence ", text,
      postes ? [", classé ", el("strong", null, postes)] : ", classé hors du numérique",
      ` (proximité ${percent(proof.score)}).`].flat();
    case "appellation": return ["L’appellation ROME ", text, proof.code && ` (n° ${proof.code})`, ...towards(postes, share)].filter(Boolean);
    case "rome":
      if (proof.texte.startsWith("code ROME")) return [`Le code ROME ${proof.code} n’est pas exploitable\u00a0: ${proof.texte.replaceAll("_", " ")}.`];
      return [`Le code ROME ${proof.code}, `, text, ",", ...towards(postes, share)];
    case "mot": return ["Le mot ", text, postes ? [" parle pour ", el("strong", null, postes), "."] : " éloigne du numérique."].flat();
    default: return [text, postes && `\u00a0: ${postes}`].filter(Boolean);
  }
}

const towards = (postes, share) => (postes
  ? [" mène à ", el("strong", null, postes), `${share}.`]
  : [" ne mène à aucun poste du numérique."]);

