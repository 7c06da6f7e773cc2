/* "Classer un texte": one text in, the whole answer out, in words. */

import { ApiError, asker, cartographie } from "./api.js";
import { announce, bar, button, byId, el, failure, fieldError, message, percent } from "./dom.js";
import { ladder, levelSentence, versionLine } from "./parts.js";
import { address } from "./route.js";

const EXAMPLES = [
  { name: "Une formation réseaux", type: "formation", intitule: "Installer et dépanner un réseau d’entreprise",
    description: "Six mois en alternance pour câbler une baie, configurer commutateurs et points d’accès Wi-Fi et aider les utilisateurs. Sans diplôme." },
  { name: "Une offre ambiguë", type: "offre", intitule: "Chargé de projet web et communication (H/F)",
    description: "Refondre notre site WordPress, écrire la lettre d’information, animer les réseaux sociaux." },
  { name: "Une offre sans rapport", type: "offre", intitule: "Boulangère ou boulanger de nuit",
    description: "Pétrissage, façonnage et cuisson des pains, entretien du fournil." },
];

const FIELDS = ["intitule", "description"];

const form = byId("classement");
const status = byId("classement-etat");
const answerBox = byId("reponse");
const field = (name) => form.elements[name];

const query = asker(status, answerBox, "Classement");

export function classify() {
  if (!answerBox.hasChildNodes()) answerBox.append(el("p", { class: "attente" }, "La réponse s’affichera ici."));
  return "";
}

function refuse(name, text) {
  fieldError(field(name), text);
  field(name).focus();
}

async function run() {
  for (const name of FIELDS) fieldError(field(name), null);
  const intitule = field("intitule").value.trim();
  const description = field("description").value.trim();
  if (!intitule) {
    refuse("intitule", "Indiquez l’intitulé de la formation ou de l’offre.");
    return;
  }
  const fiche = { id: "page", type: field("type").value, intitule, ...(description && { description }) };
  try {
    const body = await query.start("/classify", { fiches: [fiche], top_k: 5, mots: true });
    if (body) receive(body.resultats[0], await cartographie().catch(() => null));
  } catch (error) {
    receiveError(error);
  }
}

function receive(answer, tree) {
  if (answer.erreur) {
    receiveError(new ApiError(answer.erreur.message, answer.erreur));
    return;
  }
  announce(status, "Classement terminé.");
  answerBox.replaceChildren(...show(answer, tree));
  // On a phone the answer is below the form.
  if (answerBox.getBoundingClientRect().top > innerHeight / 2) answerBox.scrollIntoView();
}

function receiveError(error) {
  announce(status, "Le classement a échoué.");
  const name = FIELDS.find((candidate) => error.champ?.endsWith(candidate));
  if (name) {
    answerBox.replaceChildren(message("Ce texte n’a pas pu être classé", "Corrigez le champ signalé, puis recommencez."));
    refuse(name, error.message);
  } else {
    answerBox.replaceChildren(failure(error, run));
  }
}

/* The answer. */

function show(answer, tree) {
  const inside = answer.numerique.decision;
  return [
    el("div", { class: "verdict", "data-famille": answer.famille?.id },
      el("h3", null, inside ? "Numérique" : "Hors du numérique"),
      el("p", { class: "note" }, `Probabilité de relever du numérique\u00a0: ${percent(answer.numerique.score)}`),
      el("p", null, levelSentence(answer)),
      answer.famille && ladder(answer)),
    ...candidates(answer, inside),
    ...evidence(answer.preuves, tree),
    el("p", { class: "note" }, versionLine(answer.versions)),
  ];
}

function candidates(answer, inside) {
  if (!answer.candidats.length) return [];
  return [
    el("h3", null, inside ? "Postes candidats" : "Postes les moins éloignés"),
    el("ol", { class: "candidats" }, answer.candidats.map((candidate) => el("li", null,
      el("a", { href: address("cartographie", { poste: candidate.poste }) }, candidate.libelle),
      el("span", null, percent(candidate.score)),
      bar(candidate.score)))),
  ];
}

function evidence(proofs, tree) {
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

/* The form. */

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});

byId("exemples-classement").append(...EXAMPLES.map((example) => button("jeton", () => {
  for (const name of ["type", ...FIELDS]) field(name).value = example[name];
  run();
}, example.name)));
