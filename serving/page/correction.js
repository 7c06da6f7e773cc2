/* "Corriger ce classement": what a person says instead of the service, kept for the next training. */

import { ask, cartographie } from "./api.js";
import { announce, button, el, failure, fieldError } from "./dom.js";
import { postesField } from "./postes.js";

const MOST_POSTES = 3;
const LONGEST_NOTE = 500;

/** The key that writing may ask for: kept while the page is open, nowhere else. */
let key = "";
let forms = 0;

/** A button that unfolds a form about one record, `answer` being what the service says of it. */
export function correction(fiche, answer) {
  const id = `correction-${forms += 1}`;
  const box = el("div", { id, hidden: "" });
  const status = el("p", { class: "etat vh", role: "status" });
  const opener = button("second", () => toggle(box.hidden), "Corriger ce classement");
  opener.setAttribute("aria-expanded", "false");
  opener.setAttribute("aria-controls", id);

  async function toggle(open) {
    announce(status, "");
    box.hidden = !open;
    opener.setAttribute("aria-expanded", String(open));
    if (!open) {
      opener.focus();
      return;
    }
    try {
      const tree = await cartographie();
      box.replaceChildren(form(id, { fiche, answer, tree, status, done: () => toggle(false) }));
      box.querySelector("input:checked").focus();
    } catch (error) {
      box.replaceChildren(failure(error, () => toggle(true)));
    }
  }

  return el("div", { class: "correction" }, opener, box, status);
}

/** Postes that stand in the form before anybody changes them: the one that is safe. */
const believed = (answer) => (answer.numerique.decision && answer.niveau === "poste" && answer.poste ? [answer.poste.id] : []);

function form(id, { fiche, answer, tree, status, done }) {
  const postes = postesField(`${id}-postes`, tree, believed(answer), MOST_POSTES);
  const note = el("textarea", { id: `${id}-note`, rows: 2, maxlength: LONGEST_NOTE, "aria-describedby": `${id}-note-erreur` });
  const secret = keyField(`${id}-cle`);
  const inside = radio(id, "oui", "Oui", answer.numerique.decision);
  const outside = radio(id, "non", "Non", !answer.numerique.decision);
  const element = el("form", { class: "correction-formulaire", novalidate: "", autocomplete: "off", "aria-label": "Corriger ce classement" },
    el("fieldset", null, el("legend", null, "Relève du numérique"), inside, outside),
    postes.element,
    el("div", { class: "champ" },
      el("label", { for: note.id }, "Note ", el("span", { class: "note" }, "(facultative)")), note,
      el("p", { class: "erreur", id: `${id}-note-erreur`, hidden: "" })),
    secret.element,
    el("div", { class: "actions" },
      el("button", { type: "submit" }, "Envoyer la correction"), button("second", done, "Annuler")));
  const isInside = () => inside.querySelector("input").checked;
  const fold = () => { postes.element.hidden = !isInside(); };
  const read = () => ({
    fiche, numerique: isInside(), postes: isInside() ? postes.chosen() : [], ...(note.value.trim() && { note: note.value.trim() }),
  });
  element.addEventListener("change", fold);
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    for (const input of [postes.input, note, secret.input]) fieldError(input, null);
    if (isInside() && !postes.chosen().length) refuse(postes.input, "choisissez au moins un poste.");
    else send(read(), { fields: { postes: postes.input, note }, secret, status, done });
  });
  fold();
  return element;
}

function refuse(input, text) {
  fieldError(input, text);
  input.focus();
}

async function send(body, { fields, secret, status, done }) {
  if (secret.input.value.trim()) key = secret.input.value.trim();
  announce(status, "Envoi de la correction…", { visible: true });
  try {
    await ask("/corrections", body, { key });
    done();
    announce(status, "Correction enregistrée. Merci : elle servira au prochain entraînement.", { visible: true });
  } catch (error) {
    announce(status, "La correction n’a pas été envoyée.");
    if (error.status === 401) {
      secret.element.hidden = false;
      refuse(secret.input, key ? error.message : "cette correction demande une clé.");
      key = "";
      return;
    }
    const [, input] = Object.entries(fields).find(([name]) => error.champ?.startsWith(name)) ?? [];
    if (input && !input.disabled) refuse(input, error.message);
    else announce(status, `La correction n’a pas été enregistrée : ${error.message}`, { visible: true });
  }
}

/** The field for the key, hidden until the service asks for one. */
function keyField(id) {
  const input = el("input", { id, type: "password", autocomplete: "off", "aria-describedby": `${id}-aide ${id}-erreur` });
  const element = el("div", { class: "champ", hidden: "" },
    el("label", { for: id }, "Clé d’écriture"), input,
    el("p", { class: "note", id: `${id}-aide` }, "Celle que l’exploitant du service vous a remise ; la page l’oublie dès qu’elle est fermée."),
    el("p", { class: "erreur", id: `${id}-erreur`, hidden: "" }));
  return { element, input };
}

const radio = (id, value, label, checked) => el("label", null,
  el("input", { type: "radio", name: `${id}-numerique`, value, checked: checked && "" }), ` ${label}`);
