"""Facets as they are told: values with their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cartography.places import load_places
from cartography.tree import Cartographie

MOST = 50
"""Values told of one criterion: the most frequent."""

_LEVELS = {
    "1": "Niveau 1",
    "2": "Niveau 2",
    "3": "CAP, BEP (niveau 3)",
    "4": "Bac (niveau 4)",
    "5": "Bac + 2 (niveau 5)",
    "6": "Bac + 3 ou 4 (niveau 6)",
    "7": "Bac + 5 (niveau 7)",
    "8": "Bac + 8 (niveau 8)",
}


def told_facets(facets: Mapping[str, Mapping[str, int]], tree: Cartographie) -> dict[str, list[dict[str, Any]]]:
    """Return criterion → its values, the most frequent first: `{"valeur", "libelle", "nombre"}`."""
    places = load_places()
    labels: dict[str, Mapping[str, str]] = {
        "famille": {node.id: node.libelle for node in tree.familles},
        "metier": {node.id: node.libelle for node in tree.metiers},
        "poste": {node.id: node.libelle for node in tree.postes},
        "region": places.regions,
        "departement": places.departements,
        "niveau_sortie": _LEVELS,
        "niveau_entree": _LEVELS,
    }
    return {
        name: [
            {"valeur": value, "libelle": labels.get(name, {}).get(value, value), "nombre": count}
            for value, count in list(counts.items())[:MOST]
        ]
        for name, counts in facets.items()
    }
