"""From what people write to a node of the tree: identifier, label or usual title, whatever its spelling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cartography.text import fold, title_key
from cartography.tree import Cartographie, Node, Poste


@dataclass(frozen=True)
class Lookup:
    """Index of a cartographie by every spelling it knows.

    Case, accents, hyphens, gender forms and inclusive writing do not count.
    """

    _nodes: dict[str, tuple[Node, ...]]

    @classmethod
    def build(cls, cartographie: Cartographie) -> Lookup:
        """Index every identifier, label and usual title; where several nodes share one, the deepest comes first."""
        table: dict[str, dict[tuple[str, str], Node]] = {}
        for node in _deepest_first(cartographie):
            for key in _keys(node):
                table.setdefault(key, {})[(type(node).__name__, node.id)] = node
        return cls({key: tuple(nodes.values()) for key, nodes in table.items() if key})

    def find(self, text: str) -> tuple[Node, ...]:
        """Return the nodes that this text names, deepest first; empty when none does.

        >>> from cartography.loading import load_version
        >>> [n.id for n in Lookup.build(load_version()).find("DÉVELOPPEUSE full-stack (H/F)")]
        ['developpeur-full-stack']
        """
        return self._nodes.get(fold(text)) or self._nodes.get(title_key(text), ())

    def poste(self, text: str) -> Poste | None:
        """Return the first poste that this text names, if any."""
        return next((n for n in self.find(text) if isinstance(n, Poste)), None)


def _deepest_first(cartographie: Cartographie) -> Iterator[Node]:
    yield from cartographie.postes
    yield from cartographie.metiers
    yield from cartographie.familles


def _keys(node: Node) -> Iterator[str]:
    yield fold(node.id)
    yield fold(node.libelle)
    yield title_key(node.libelle)
    if isinstance(node, Poste):
        for title in node.all_titles():
            yield title_key(title)
            yield fold(title)
