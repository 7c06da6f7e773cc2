/* Records met on the page, so that one opens at once; another is asked for. */

import { ask } from "./api.js";
import { address } from "./route.js";

const known = new Map();
const keyOf = ({ type, id }) => `${type}/${id}`;

/** Keep the hits of an answer. */
export function remember(hits) {
  for (const hit of hits) known.set(keyOf(hit), hit);
}

/** Where a record's own page is. */
export const ficheAddress = ({ type, id }) => address("fiche", { type, id });

/** What is known of a record's title, without asking. */
export const titleOf = (key) => known.get(keyOf(key))?.intitule;

/** The hit of a record, null where the catalogue does not have it. */
export async function recall({ type, id }, options) {
  const key = keyOf({ type, id });
  if (!known.has(key)) {
    const query = new URLSearchParams({ type, id });
    const found = await ask(`/fiches?${query}`, null, options).catch((error) => {
      if (error.status === 404) return null;
      throw error;
    });
    if (!found) return null;
    remember([found.fiche]);
  }
  return known.get(key);
}
