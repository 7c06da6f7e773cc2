/* The service: one function that asks, one error that a person can read. */

import { announce, count } from "./dom.js";

const PATIENCE = 20_000;
const SLOW = 3_500;

export class ApiError extends Error {
  constructor(text, { code = "", champ = "", status = 0 } = {}) {
    super(text);
    Object.assign(this, { code, champ, status });
  }
}

/**
 * Ask the service; `onSlow` is called once when the answer is late, `key` is what writing may need. Whoever aborts
 * `control` gets the browser's AbortError, any other failure is an ApiError.
 */
export async function ask(path, body, { control = new AbortController(), onSlow = () => {}, key = "" } = {}) {
  let late = false;
  const giveUp = setTimeout(() => { late = true; control.abort(); }, PATIENCE);
  const warn = setTimeout(onSlow, SLOW);
  try {
    const response = await fetch(path, {
      method: body ? "POST" : "GET",
      headers: {
        Accept: "application/json", ...(body && { "Content-Type": "application/json" }), ...(key && { Authorization: `Bearer ${key}` }),
      },
      body: body && JSON.stringify(body),
      signal: control.signal,
    });
    return await read(response);
  } catch (error) {
    if (late) throw new ApiError("La réponse met trop de temps à venir. Réessayez dans un instant.");
    if (error instanceof ApiError || error.name === "AbortError") throw error;
    throw new ApiError("Le service est injoignable. Vérifiez votre connexion, puis réessayez.");
  } finally {
    clearTimeout(giveUp);
    clearTimeout(warn);
  }
}

async function read(response) {
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch { /* a proxy's own page, handled below */ }
  if (response.ok && body !== null) return body;
  const { status } = response;
  const { code, message, champ } = body?.erreur ?? {};
  if (status === 429 || status === 503) {
    throw new ApiError("Le service est momentanément indisponible ou très demandé. Réessayez dans quelques secondes.",
      { code, champ, status });
  }
  throw new ApiError(message ?? `Réponse inattendue du service (code ${status}).`, { code, champ, status });
}

/**
 * What a form asks with: one question at a time, the later one taking the place of the earlier.
 * `region` tells that it runs, `box` is what the answer will replace. Resolves to undefined when overtaken.
 */
export function asker(region, box, doing) {
  let pending = null;
  const say = (text) => announce(region, text, { visible: true });
  const stop = () => {
    pending?.abort();
    pending = null;
    box.removeAttribute("aria-busy");
  };
  const start = async (path, body) => {
    stop();
    const mine = pending = new AbortController();
    box.setAttribute("aria-busy", "true");
    const waiting = setTimeout(say, 250, `${doing} en cours…`);
    try {
      const onSlow = () => say(`${doing} toujours en cours. Le service met plus de temps que d’habitude…`);
      const answer = await ask(path, body, { control: mine, onSlow });
      return mine === pending ? answer : undefined;
    } catch (error) {
      if (mine === pending) throw error;
      return undefined;
    } finally {
      clearTimeout(waiting);
      if (mine === pending) stop();
    }
  };
  return { start, stop };
}

/** "5 métiers, 14 postes". */
export function familleSize({ metiers }) {
  return `${count(metiers.length, "métier")}, ${count(metiers.flatMap((metier) => metier.postes).length, "poste")}`;
}

let tree = null;

/** The cartographie, asked once; a failure is forgotten so that the next call asks again. */
export function cartographie() {
  tree ??= ask("/cartographie").then(indexed).catch((error) => {
    tree = null;
    throw error;
  });
  return tree;
}

/** Add `postes` (id → poste, métier, famille), `size` in words, `nameOf(level, id)` and `parentOf(level, id)`. */
function indexed(body) {
  const postes = new Map();
  const names = new Map();
  const parents = new Map();
  let metiers = 0;
  for (const famille of body.familles) {
    names.set(`famille/${famille.id}`, famille.libelle);
    for (const metier of famille.metiers) {
      metiers += 1;
      names.set(`metier/${metier.id}`, metier.libelle);
      parents.set(`metier/${metier.id}`, famille.id);
      for (const poste of metier.postes) {
        names.set(`poste/${poste.id}`, poste.libelle);
        parents.set(`poste/${poste.id}`, metier.id);
        postes.set(poste.id, { poste, metier, famille });
      }
    }
  }
  const size = `${count(body.familles.length, "famille")}, ${count(metiers, "métier")}, ${count(postes.size, "poste")}`;
  const at = (map) => (level, id) => map.get(`${level}/${id}`);
  return { ...body, postes, size, nameOf: at(names), parentOf: at(parents) };
}
