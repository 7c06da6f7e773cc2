/* The address: "#/vue?param=valeur". It holds all that a shared link needs. */

export const VIEWS = ["rechercher", "classer", "cartographie"];

export function current() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { view: VIEWS.includes(path) ? path : VIEWS[0], params: Object.fromEntries(new URLSearchParams(query)) };
}

export function address(view, params = {}) {
  const filled = Object.entries(params).filter(([, value]) => value);
  const query = new URLSearchParams(filled).toString();
  return `#/${view}${query && `?${query}`}`;
}

let listener = () => {};

/** Call `render` now and at each change of address. */
export function onRoute(render) {
  listener = render;
  addEventListener("hashchange", () => render());
  render();
}

/** Change the address and render. `typing` addresses replace one another, so that Back skips half-typed words. */
export function go(view, params, { typing = false, focus = false } = {}) {
  const target = address(view, params);
  const half = history.state?.typing === true;
  if (target !== location.hash) {
    const replace = typing && half;
    history[replace ? "replaceState" : "pushState"]({ typing }, "", target);
  } else if (half && !typing) {
    history.replaceState({ typing: false }, "", target);
  }
  listener({ focus });
}
