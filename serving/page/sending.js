/* Many records, asked in batches one after the other: small enough that a batch takes seconds and progress shows. */

import { ask } from "./api.js";

const MOST = 40;
const MOST_CHARACTERS = 60_000;
const TRIES = 5;
const PAUSE = 1_500;

/** Cut a list of items into batches, none too long nor too heavy unless one item is. */
function* batches(items) {
  let batch = [];
  let weight = 0;
  for (const item of items) {
    const size = JSON.stringify(item.fiche).length;
    if (batch.length && (batch.length >= MOST || weight + size > MOST_CHARACTERS)) {
      yield batch;
      batch = [];
      weight = 0;
    }
    batch.push(item);
    weight += size;
  }
  if (batch.length) yield batch;
}

/**
 * Classify the items, each of which gets its `answer` or its `problem`; `told()` is called after each batch.
 * What a batch is refused for is told of each of its items; a service that does not answer stops everything.
 */
export async function classifyAll(items, { signal, told }) {
  for (const batch of batches(items.filter(({ fiche, answer }) => fiche && !answer))) {
    if (signal.aborted) return;
    try {
      const { resultats } = await patiently(batch.map(({ fiche }) => fiche), signal);
      batch.forEach((item, rank) => settle(item, resultats[rank]));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error.status >= 400 && error.status < 500)) throw error;
      for (const item of batch) item.problem = error.message;
    }
    told();
  }
}

function settle(item, answer) {
  if (answer.erreur) item.problem = answer.erreur.message;
  else item.answer = answer;
}

/** Ask for a batch; a service that is busy is asked again, a little later each time. */
async function patiently(fiches, signal) {
  for (let attempt = 1; ; attempt += 1) {
    const control = new AbortController();
    const stop = () => control.abort();
    signal.addEventListener("abort", stop);
    try {
      return await ask("/classify", { fiches, top_k: 5 }, { control });
    } catch (error) {
      if (![429, 503].includes(error.status) || attempt === TRIES) throw error;
      await pause(attempt * PAUSE, signal);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

const pause = (duration, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, duration);
  signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); });
});
