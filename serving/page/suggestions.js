/* Suggestions under a text field: the ARIA 1.2 combobox with a listbox, the focus staying in the field. */

import { ask } from "./api.js";
import { announce, byId, count, el } from "./dom.js";

const PAUSE = 150;
const SHORTEST = 2;
const LONGEST = 200;
const MOST = 8;
const KINDS = { poste: "poste", metier: "métier", famille: "famille", appellation: "appellation ROME", intitule: "intitulé" };

/** Tie suggestions to a field; `choose(suggestion)` is called for the one that the reader takes. Returns `close`. */
export function suggestions(input, choose) {
  const list = byId(`${input.id}-suggestions`);
  const status = byId(`${input.id}-suggestions-etat`);
  let found = [];
  let current = -1;
  let pending = null;
  let timer = 0;

  /** Close the list and forget what is on its way: an answer that comes late must not open it again. */
  function close() {
    clearTimeout(timer);
    pending?.abort();
    pending = null;
    fill([]);
  }

  function fill(next) {
    found = next;
    list.replaceChildren(...found.map((one, rank) => el("li", {
      role: "option", id: `${list.id}-${rank}`, "aria-selected": "false", onclick: () => take(rank),
    }, el("span", { class: "libelle" }, one.texte), " ", el("span", { class: "genre" }, KINDS[one.genre] ?? one.genre))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    announce(status, found.length ? `${count(found.length, "suggestion")}. Flèches haut et bas pour les parcourir.` : "");
    point(-1);
  }

  function point(rank) {
    current = rank;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === rank)));
    if (rank < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[rank].id);
    list.children[rank]?.scrollIntoView({ block: "nearest" });
  }

  function take(rank) {
    const one = found[rank];
    close();
    choose(one);
  }

  async function look() {
    pending?.abort();
    const text = input.value.trim();
    if (text.length < SHORTEST || text.length > LONGEST) {
      fill([]);
      return;
    }
    const mine = pending = new AbortController();
    try {
      const body = await ask(`/suggest?${new URLSearchParams({ q: text, k: MOST })}`, undefined, { control: mine });
      if (mine !== pending || document.activeElement !== input) return;
      // What is already typed suggests nothing.
      fill(body.suggestions.filter(({ texte, id }) => id || texte.toLowerCase() !== text.toLowerCase()));
    } catch {
      // The search goes on without them.
      if (mine === pending) fill([]);
    }
  }

  function move(step) {
    if (!found.length) {
      look();
      return;
    }
    // One place more than there are suggestions: the field itself.
    const places = found.length + 1;
    point((current + 1 + step + places) % places - 1);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && current >= 0) {
      event.preventDefault();
      take(current);
    } else if (event.key === "Escape" && found.length) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
  // A press on the list must not take the focus from the field.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  return close;
}
