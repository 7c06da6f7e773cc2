/* "Classer": one text in, the whole answer out, in words; or a file, see batch.js. */

import { answerNodes } from "./answer.js";
import { ApiError, asker, cartographie } from "./api.js";
import { announce, button, byId, el, failure, fieldError, message } from "./dom.js";
import { showBatch } from "./batch.js";
import { go } from "./route.js";

const EXAMPLES = [
  { name: "Une formation réseaux", type: "formation", intitule: "Installer et dépanner un réseau d’entreprise",
    description: "Six mois en alternance pour câbler une baie, configurer commutateurs et points d’accès Wi-Fi et aider les utilisateurs. Sans diplôme." },
  { name: "Une offre ambiguë", type: "offre", intitule: "Chargé de projet web et communication (H/F)",
    description: "Refondre notre site WordPress, écrire la lettre d’information, animer les réseaux sociaux." },
  { name: "Une offre sans rapport", type: "offre", intitule: "Boulangère ou boulanger de nuit",
    description: "Pétrissage, façonnage et cuisson des pains, entretien du fournil." },
];

const FIELDS = ["intitule", "description"];
/** Candidates asked for, to light up the tree; and what any service gives. */
const MANY = 20;
const FEW = 5;

const form = byId("classement");
const status = byId("classement-etat");
const answerBox = byId("reponse");
const modes = byId("classer-quoi");
const field = (name) => form.elements[name];

const query = asker(status, answerBox, "Classement");

/** Show the view: one text, or a file. */
export function classify({ quoi }) {
  const mode = quoi === "fichier" ? "fichier" : "texte";
  modes.querySelector(`[value="${mode}"]`).checked = true;
  byId("classer-texte").hidden = mode !== "texte";
  byId("classer-fichier").hidden = mode !== "fichier";
  if (mode === "fichier") showBatch();
  if (!answerBox.hasChildNodes()) answerBox.append(el("p", { class: "attente" }, "La réponse s’affichera ici."));
  return mode === "fichier" ? "Classer un fichier" : "";
}

function refuse(name, text) {
  fieldError(field(name), text);
  field(name).focus();
}

/** The same text is the same record, so that two corrections of it meet. */
function identifier(...texts) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(texts.join("\n"))) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return `texte-${hash.toString(16).padStart(16, "0")}`;
}

async function run() {
  for (const name of FIELDS) fieldError(field(name), null);
  const type = field("type").value;
  const intitule = field("intitule").value.trim();
  const description = field("description").value.trim();
  if (!intitule) {
    refuse("intitule", "Indiquez l’intitulé de la formation ou de l’offre.");
    return;
  }
  const fiche = { id: identifier(type, intitule, description), type, intitule, ...(description && { description }) };
  try {
    const body = await ask(fiche);
    if (body) receive(fiche, body.resultats[0], await cartographie().catch(() => null));
  } catch (error) {
    receiveError(error);
  }
}

/** Ask with many candidates; a service that gives fewer is asked again for those that it gives. */
async function ask(fiche) {
  const asked = (k) => query.start("/classify", { fiches: [fiche], top_k: k, mots: true });
  try {
    return await asked(MANY);
  } catch (error) {
    if (error.champ === "top_k") return asked(FEW);
    throw error;
  }
}

function receive(fiche, answer, tree) {
  if (answer.erreur) {
    receiveError(new ApiError(answer.erreur.message, answer.erreur));
    return;
  }
  announce(status, "Classement terminé.");
  answerBox.replaceChildren(...answerNodes(fiche, answer, tree));
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

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});

modes.addEventListener("change", (event) => go("classer", { quoi: event.target.value === "fichier" ? "fichier" : "" }));

byId("exemples-classement").append(...EXAMPLES.map((example) => button("jeton", () => {
  for (const name of ["type", ...FIELDS]) field(name).value = example[name];
  run();
}, example.name)));
