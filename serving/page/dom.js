/* Building the page without ever parsing data as HTML, and saying numbers and dates in French. */

const SVG = "http://www.w3.org/2000/svg";

function build(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if ([null, undefined, false].includes(value)) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => ![null, undefined, false].includes(child)));
  return node;
}

/** Create an element; strings among the children become text, falsy children are left out. */
export const el = (tag, props, ...children) => build(document.createElement(tag), props, children);
export const svg = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);
/** A button that does something here; `looks` is its class. */
export const button = (looks, run, ...label) => el("button", { type: "button", class: looks, onclick: run }, ...label);
export const byId = (id) => document.getElementById(id);

const decimal = new Intl.NumberFormat("fr-FR", { maximumFractionDigits: 1 });
const longDate = new Intl.DateTimeFormat("fr-FR", { dateStyle: "long" });

export const number = (value) => decimal.format(value);

/** "97 %"; never "0 %" or "100 %": scores come rounded. */
export function percent(value) {
  const share = Math.min(1, Math.max(0, Number(value) || 0));
  if (share < 0.01) return "moins de 1\u00a0%";
  if (share > 0.99) return "plus de 99\u00a0%";
  return `${Math.round(share * 100)}\u00a0%`;
}

/** "3 postes", "1 poste", "0 poste": French has no plural below two. */
export const count = (n, noun) => `${number(n)}\u00a0${noun}${n < 2 ? "" : "s"}`;

export function date(text) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return parts ? longDate.format(new Date(+parts[1], parts[2] - 1, +parts[3])).replace(/^1 /, "1er ") : text;
}

/** Lower case without accents, to compare what people type. */
export const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase().replaceAll("’", "'");

/** A web address safe to link to, or null: a record could hold `javascript:`. */
export function webAddress(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

/** A horizontal bar; the value must also be written beside it. */
export function bar(value) {
  const width = Math.min(1, Math.max(0, Number(value) || 0)) * 100;
  return svg("svg", { class: "barre", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: 100, height: 8 }),
    svg("rect", { class: "valeur", width: width.toFixed(1), height: 8 }));
}

/** A message that stands where the content should be, with an optional way out. */
export function message(title, text, action) {
  return el("div", { class: "message" },
    el("p", { class: "message-titre" }, title),
    text && el("p", null, text),
    action && button("second", action.run, action.label));
}

/** What failed, and a way to try again; an error that is not the service's own is no text for a reader. */
export function failure(error, retry) {
  const known = error.status !== undefined;
  if (!known) console.error(error);
  return message("Le service n’a pas pu répondre", known ? error.message : "Sa réponse n’a pas la forme attendue.", { label: "Réessayer", run: retry });
}

/** Tell a live region; `visible` for what no other text on the page says. */
export function announce(region, text, { visible = false } = {}) {
  region.classList.toggle("vh", !visible);
  region.textContent = text;
}

/** Show or clear the message under a field, and tie it to the field for assistive technology. */
export function fieldError(input, text) {
  const note = byId(`${input.id}-erreur`);
  note.textContent = text ?? "";
  note.hidden = !text;
  input.setAttribute("aria-invalid", String(Boolean(text)));
}
