"""One record of an XML file, as a small tree: namespaces gone, names in lower case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_BLOCKS = frozenset(("p", "li", "ul", "ol", "br", "div", "tr", "h1", "h2", "h3", "h4", "h5"))


class Node:
    """An element.

    Attributes:
        tag: local name in lower case.
        attrib: attributes as written.
        parts: texts and elements in document order.
    """

    __slots__ = ("_by_tag", "attrib", "parts", "tag")

    def __init__(self, tag: str, attrib: Mapping[str, str]) -> None:
        self.tag = tag
        self.attrib = attrib
        self.parts: list[str | Node] = []
        self._by_tag: dict[str, list[Node]] | None = None

    def _walk(self) -> Iterator[str | Node]:
        """Yield what is below in document order, without recursion."""
        stack: list[str | Node] = self.parts[::-1]
        while stack:
            part = stack.pop()
            yield part
            if isinstance(part, Node):
                stack.extend(reversed(part.parts))

    def _below(self, tag: str) -> list[Node]:
        # A record is asked for some thirty names: one walk serves them all.
        if self._by_tag is None:
            self._by_tag = {}
            for part in self._walk():
                if isinstance(part, Node):
                    self._by_tag.setdefault(part.tag, []).append(part)
        return self._by_tag.get(tag, [])

    def all(self, *path: str) -> list[Node]:
        """Return the descendants at the end of a path; each step goes down any number of levels."""
        found = [self]
        for tag in path:
            # An element may be below two of the step before.
            found = list({id(node): node for above in found for node in above._below(tag)}.values())
        return found

    def prose(self) -> str:
        """Return all the text below, a line end at each block element; "" where the source only says "-"."""
        if all(isinstance(part, str) for part in self.parts):
            text = "".join(part for part in self.parts if isinstance(part, str)).strip()
        else:
            pieces = (part if isinstance(part, str) else "\n" * (part.tag in _BLOCKS) for part in self._walk())
            text = "".join(pieces).strip()
        return "" if text == "-" else text

    def texts(self, *path: str) -> list[str]:
        """Return the texts at the end of a path, one line each, empty ones left out."""
        lines = (" ".join(node.prose().split()) for node in self.all(*path))
        return [line for line in lines if line]

    def text(self, *path: str) -> str:
        """Return the first text at the end of a path on one line, "" if there is none."""
        return next(iter(self.texts(*path)), "")

    def first_prose(self, *tags: str) -> str:
        """Return the text of the first descendant of one of these names that has any."""
        return next((text for tag in tags for node in self.all(tag) if (text := node.prose())), "")
