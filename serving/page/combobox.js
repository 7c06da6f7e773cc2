/* A list of proposals under a text field: the ARIA 1.2 combobox with a listbox, the focus staying in the field. */

import { announce, count, el } from "./dom.js";

const PAUSE = 150;

/**
 * Tie proposals to a field.
 *
 * `list` and `status` are the listbox and its live region; `find(text, control)` gives the proposals, `show(one)` their
 * children, `choose(one)` is called for the one that the reader takes. Returns `close`.
 */
export function combobox(input, { list, status, find, show, choose, noun = "proposition" }) {
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
    }, show(one))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    announce(status, found.length ? `${count(found.length, noun)}. Flèches haut et bas pour les parcourir.` : "");
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
    const mine = pending = new AbortController();
    try {
      const next = await find(input.value.trim(), mine);
      if (mine === pending && document.activeElement === input) fill(next);
    } catch {
      // The field goes on without them.
      if (mine === pending) fill([]);
    }
  }

  function move(step) {
    if (!found.length) {
      look();
      return;
    }
    // One place more than there are proposals: the field itself.
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
