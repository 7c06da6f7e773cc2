"""Scripts that tell what a page looks like, from the styles that the browser computes."""

from __future__ import annotations

CONTRASTS = r"""() => {
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const each = (value) => Object.fromEntries(["r", "g", "b"].map((c) => [c, value(c)]));
  const over = (top, under) => each((c) => top[c] * top.a + under[c] * (1 - top.a));
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const light = (color) => {
    const { r, g, b } = each((c) => linear(color[c] / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    if (!node) return { r: 255, g: 255, b: 255 };
    const color = parse(getComputedStyle(node).backgroundColor);
    return color.a === 1 ? color : over(color, behind(node.parentElement));
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.nodeValue.trim();
    const node = walker.currentNode.parentElement;
    if (!words || node.closest(".vh, svg, script, noscript, .evitement") || !node.checkVisibility()) continue;
    const under = behind(node);
    const [a, b] = [light(over(parse(getComputedStyle(node).color), under)), light(under)].sort((x, y) => y - x);
    found.push([words.slice(0, 60), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}"""
"""[text, contrast with what is behind it] of everything written that shows."""

TOO_WIDE = r"""() => [...document.querySelectorAll("main *, header *")].filter((one) => {
  if (one.closest(".tableau, .vh, svg, [hidden]") || one.matches(".evitement, input, textarea")) return false;
  const box = one.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && box.right > innerWidth + 1;
}).map((one) => one.className || one.tagName)"""
"""Elements that go past the right edge of the screen; what a table's own box scrolls to does not count."""

FOCUS = r"""() => {
  const node = document.activeElement;
  const style = getComputedStyle(node);
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  return [node.id || node.name || node.textContent.trim(), seen];
}"""
"""[what has the focus, whether it is seen to have it]."""
