/* Matched words in a text. Ranges count characters as the service does: Unicode code points, not UTF-16 units. */

import { el } from "./dom.js";

/** The text as nodes, each range within a <mark>; a range out of order or out of the text is left out. */
export function marked(text, ranges = []) {
  const characters = Array.from(text);
  const nodes = [];
  let done = 0;
  for (const [start, end] of ranges) {
    if (!(start >= done && end > start && end <= characters.length)) continue;
    nodes.push(characters.slice(done, start).join(""), el("mark", null, characters.slice(start, end).join("")));
    done = end;
  }
  nodes.push(characters.slice(done).join(""));
  return nodes.filter((node) => node !== "");
}
