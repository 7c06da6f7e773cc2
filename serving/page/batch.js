/* "Classer un fichier": read here, classified batch by batch, shown as a table, given back as a file. */

import { cartographie } from "./api.js";
import { announce, button, byId, count, el, failure, fieldError } from "./dom.js";
import { asLines, asTable, save } from "./download.js";
import { FileRefused, readRecords } from "./reading.js";
import { classifyAll } from "./sending.js";
import { table } from "./table.js";

const form = byId("lot");
const input = byId("fichier");
const status = byId("lot-etat");
const progress = byId("avancement");
const gauge = byId("avancement-jauge");
const box = byId("lot-resultats");

let running = null;
let items = [];
let name = "";

/** Say that results will stand here, as long as there are none. */
export function showBatch() {
  if (!box.hasChildNodes()) box.append(el("p", { class: "attente" }, "Le tableau des résultats s’affichera ici."));
}

async function start() {
  fieldError(input, null);
  const [file] = input.files;
  if (!file) {
    refuse("choisissez un fichier.");
    return;
  }
  try {
    items = await readRecords(file, form.elements.type.value);
  } catch (error) {
    refuse(error instanceof FileRefused ? error.message : "ce fichier ne se lit pas.");
    return;
  }
  name = file.name.replace(/\.[^.]*$/, "");
  await run();
}

function refuse(text) {
  fieldError(input, text);
  input.focus();
}

/** Classify what is not yet: all of it, or what a failure or a stop has left. */
async function run() {
  running?.abort();
  const mine = running = new AbortController();
  progress.hidden = false;
  byId("lot-arreter").focus();
  tell();
  let failed = null;
  try {
    await classifyAll(items, { signal: mine.signal, told: () => mine === running && tell() });
  } catch (error) {
    failed = error;
  }
  if (mine !== running) return;
  running = null;
  progress.hidden = true;
  await show(failed);
}

const finished = () => items.filter(({ answer, problem }) => answer || problem).length;

function tell() {
  const done = finished();
  gauge.max = items.length;
  gauge.value = done;
  byId("avancement-texte").textContent = `${count(done, "fiche")} sur ${items.length}`;
  // A screen reader is told of quarters, not of every batch.
  const quarter = Math.floor((4 * done) / items.length);
  announce(status, quarter > 0 && quarter < 4 ? `Classement en cours\u00a0: ${quarter * 25}\u00a0%.` : "Classement en cours.");
}

async function show(failed) {
  const tree = await cartographie().catch(() => null);
  const left = items.length - finished();
  announce(status, `${summary()}${left ? ` ${left > 1 ? `${left} fiches restent` : "Une fiche reste"} à classer.` : ""}`, { visible: true });
  box.replaceChildren(...[
    failed && failure(failed, run),
    !failed && left > 0 && button("second", run, "Reprendre le classement"),
    finished() > 0 && el("div", { class: "actions" },
      button("second", () => save(`${name}-classe.jsonl`, asLines(items), "application/x-ndjson"), "Télécharger en JSON Lines"),
      button("second", () => save(`${name}-classe.csv`, asTable(items), "text/csv;charset=utf-8"), "Télécharger en CSV")),
    finished() > 0 && table(items, tree),
  ].flat().filter(Boolean));
  status.focus();
}

/** "120 fiches classées : 96 du numérique, dont 70 jusqu’au poste ; 2 refusées." */
function summary() {
  const answers = items.map(({ answer }) => answer).filter(Boolean);
  const inside = answers.filter(({ numerique }) => numerique.decision);
  const safe = inside.filter(({ niveau }) => niveau === "poste").length;
  const refused = items.filter(({ problem }) => problem).length;
  const classed = `${count(answers.length, "fiche")} ${answers.length < 2 ? "classée" : "classées"}`;
  return `${classed}\u00a0: ${inside.length} du numérique, dont ${safe} jusqu’au poste${refused ? ` ; ${refused} non ${refused < 2 ? "classée" : "classées"}` : ""}.`;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  start();
});

byId("lot-arreter").addEventListener("click", () => running?.abort());
