/* The address: "#/vue?param=valeur". It holds all that a shared link needs; a parameter given twice is a list. */

export const TABS = ["rechercher", "classer", "cartographie"];
/** A record's page stands under the tab of the search. */
export const VIEWS = [...TABS, "fiche"];

export function current() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const params = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) params[name] = name in params ? [params[name], value].flat() : value;
  return { view: VIEWS.includes(path) ? path : VIEWS[0], params };
}

export function address(view, params = {}) {
  const filled = Object.entries(params).flatMap(([name, value]) => [value].flat().filter(Boolean).map((one) => [name, one]));
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
