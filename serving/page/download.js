/* Classified records as a file: JSON Lines for programs, CSV for a spreadsheet. */

const LEVELS = ["famille", "metier", "poste"];
const COLUMNS = [
  "id", "type", "intitule", "numerique", "numerique_score", "niveau",
  ...LEVELS.flatMap((level) => [level, `${level}_libelle`, `${level}_score`]), "erreur",
];

/** One answer a line, as the service gave it; what could not be classified says why. */
export const asLines = (items) => items.map(({ fiche, answer, position, problem }) => JSON.stringify(
  answer ?? { id: fiche?.id ?? null, erreur: { message: problem ?? "non classée", position } })).join("\n").concat("\n");

/** A table for a French spreadsheet: semicolons, decimal commas, and the mark by which it knows UTF-8. */
export const asTable = (items) => `\uFEFF${[COLUMNS, ...items.map(row)].map((cells) => cells.map(cell).join(";")).join("\r\n")}\r\n`;

function row({ fiche = {}, answer, problem = "non classée" }) {
  const known = [fiche.id, fiche.type, fiche.intitule];
  if (!answer) return [...known, ...COLUMNS.slice(4).map(() => ""), problem];
  const { numerique, niveau } = answer;
  const nodes = LEVELS.flatMap((level) => [answer[level]?.id, answer[level]?.libelle, answer[level]?.score]);
  return [...known, numerique.decision ? "oui" : "non", numerique.score, niveau, ...nodes, ""];
}

function cell(value) {
  if (value === undefined || value === null) return "";
  if (typeof value === "number") return String(value).replace(".", ",");
  // A spreadsheet would run what begins like a formula.
  const text = String(value).replace(/^[=+\-@\t\r]/, "'$&");
  return /[";\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Give a text to the reader as a file. */
export function save(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
