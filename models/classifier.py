"""A fiche's way: one text → vector → probabilities on the tree (× ROME prior) → deepest safe level → answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie
from models.answer import Answer, Niveau, Scored
from models.bundle import Bundle
from models.encoder import Vectors
from models.evidence import Evidence
from models.head import Probabilities, TreeSums
from models.prior import Prior

MAX_CHARS = 4_000
"""Characters of a text that reach the tokenizer; far more than the encoder's tokens hold, so nothing is lost."""


def text_of(fiche: Fiche) -> str:
    r"""Return the one text of a fiche: its title, then its description on the next line.

    >>> text_of(Fiche(id="1", type="offre", intitule="Data engineer", description="Spark"))
    'Data engineer\nSpark'
    """
    return f"{fiche.intitule}\n{fiche.description}"[:MAX_CHARS].rstrip()


class Classifier:
    """Assigns fiches to the cartographie."""

    def __init__(self, bundle: Bundle, cartographie: Cartographie, crosswalk: Crosswalk) -> None:
        """Tie a model, the tree it was trained for and the ROME crosswalk together."""
        self.bundle = bundle
        self.cartographie = cartographie
        self._sums = TreeSums.of(cartographie)
        self._prior = Prior(crosswalk, bundle.manifest.labels, bundle.calibration.rome)
        self._evidence = Evidence(bundle.references, crosswalk)
        self.versions = {
            "modele": bundle.manifest.version,
            "cartographie": cartographie.version,
            "rome": crosswalk.rome.version,
        }

    def encode(self, fiches: Sequence[Fiche], *, progress: Callable[[int], Any] | None = None) -> Vectors:
        """Return the vectors of fiches, float32 (n, dimension), in order."""
        return self.bundle.encoder.encode([text_of(f) for f in fiches], progress=progress)

    def probabilities(self, fiches: Sequence[Fiche], vectors: Vectors) -> Probabilities:
        """Return calibrated probabilities (n, postes + 1), the last column being hors numérique."""
        return self._prior.apply(fiches, self.bundle.head.probabilities(vectors))

    def classify(self, fiches: Sequence[Fiche], *, top_k: int = 5, vectors: Vectors | None = None) -> list[Answer]:
        """Answer for each fiche, in order.

        Args:
            fiches: any number, in any mix of types.
            top_k: how many candidate postes to give.
            vectors: their vectors, if already known.
        """
        if not fiches:
            return []
        if vectors is None:
            vectors = self.encode(fiches)
        probabilities = self.probabilities(fiches, vectors)
        postes = probabilities[:, :-1]
        metiers, familles = self._sums.sums(postes)
        preuves = self._evidence.find(fiches, vectors)
        return [
            self._answer(fiche, postes[i], metiers[i], familles[i], top_k, preuves[i]) for i, fiche in enumerate(fiches)
        ]

    def _answer(
        self,
        fiche: Fiche,
        postes: Probabilities,
        metiers: Probabilities,
        familles: Probabilities,
        top_k: int,
        preuves: tuple[Any, ...],
    ) -> Answer:
        tree = self.cartographie
        thresholds = self.bundle.calibration.thresholds
        score = float(familles.sum())
        numerique = score >= thresholds.numerique
        # Down one path: the likeliest famille, the likeliest of its métiers, the likeliest of its postes.
        f = int(familles.argmax())
        m = _best(metiers, [i for i, node in enumerate(tree.metiers) if node.famille_id == tree.familles[f].id])
        p = _best(postes, np.flatnonzero(self._sums.metier_of == m).tolist())
        path = (
            Scored(tree.familles[f].id, tree.familles[f].libelle, float(familles[f])),
            Scored(tree.metiers[m].id, tree.metiers[m].libelle, float(metiers[m])),
            Scored(tree.postes[p].id, tree.postes[p].libelle, float(postes[p])),
        )
        ranked = np.argsort(-postes, kind="stable")[:top_k]
        return Answer(
            id=fiche.id,
            numerique=numerique,
            score=min(score, 1.0),
            niveau=self._niveau(path) if numerique else "aucun",
            famille=path[0] if numerique else None,
            metier=path[1] if numerique else None,
            poste=path[2] if numerique else None,
            candidats=tuple(Scored(tree.postes[i].id, tree.postes[i].libelle, float(postes[i])) for i in ranked),
            preuves=preuves,
            versions=self.versions,
        )

    def _niveau(self, path: tuple[Scored, Scored, Scored]) -> Niveau:
        """Return the deepest level whose probability passes its threshold, all those above it passing too."""
        thresholds = self.bundle.calibration.thresholds
        famille, metier, poste = path
        if famille.score < thresholds.famille:
            return "aucun"
        if metier.score < thresholds.metier:
            return "famille"
        return "poste" if poste.score >= thresholds.poste else "metier"


def _best(values: Probabilities, ranks: list[int]) -> int:
    return max(ranks, key=lambda i: (values[i], -i))
