/* A chosen file → its records, in order: JSON Lines, a JSON array, or a title a line. */

export const MOST_BYTES = 30_000_000;
export const MOST_RECORDS = 20_000;

/** What cannot be read of a file, in words for whoever chose it. */
export class FileRefused extends Error {}

/** Read a file; each item is {fiche} or, where a line is no record, {position, problem}. `type` is that of bare titles. */
export async function readRecords(file, type) {
  if (file.size > MOST_BYTES) throw new FileRefused("ce fichier dépasse 30 Mo ; découpez-le, ou passez par l’API.");
  const text = await decoded(file);
  const items = itemsOf(text.replace(/^\uFEFF/, "").trim(), type);
  if (!items.length) throw new FileRefused("ce fichier est vide.");
  if (items.length > MOST_RECORDS) throw new FileRefused("ce fichier compte plus de 20 000 fiches ; découpez-le, ou passez par l’API.");
  return items;
}

/** UTF-8, or else what spreadsheets of Windows write. */
async function decoded(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function itemsOf(text, type) {
  if (text.startsWith("[")) return listOf(text).map((value, rank) => itemOf(value, rank + 1, type));
  const lines = text.split(/\r?\n/).map((line, rank) => ({ line: line.trim(), position: rank + 1 })).filter(({ line }) => line);
  if (!text.startsWith("{")) return lines.map(({ line, position }) => itemOf(line, position, type));
  return lines.map(({ line, position }) => {
    try {
      return itemOf(JSON.parse(line), position, type);
    } catch {
      return { position, problem: "cette ligne n’est pas du JSON." };
    }
  });
}

function listOf(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileRefused(`ce tableau JSON ne se lit pas (${error.message}).`);
  }
}

/** A title, or a record to which only what is missing is added; the service judges the rest. */
function itemOf(value, position, type) {
  if (typeof value === "string") return { position, fiche: { id: `ligne-${position}`, type, intitule: value } };
  if (value === null || typeof value !== "object" || Array.isArray(value)) return { position, problem: "ni intitulé ni fiche." };
  return { position, fiche: { id: `ligne-${position}`, type, ...value } };
}
