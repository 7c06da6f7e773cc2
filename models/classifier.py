"""A fiche's way: words, text → vector → probabilities on the tree (× ROME prior) → deepest safe level → answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cartography.crosswalk import Crosswalk
from cartography.fiche import Fiche
from cartography.tree import Cartographie, Node
from models.answer import Answer, Niveau, Preuve, Scored
from models.arithmetic import largest
from models.bundle import Bundle
from models.confidence import Sureness, best_path
from models.encoder import Text, Vectors
from models.evidence import Evidence
from models.head import Probabilities, Tempering, TreeSums, temper
from models.prior import Prior
from models.triage import Triage

MAX_CHARS = 4_000
"""Characters of a text that anything compares or learns from: longer ones add words, not meaning."""

Path = tuple[Scored, Scored, Scored]
"""Famille, métier and poste, each a child of the one before."""


class Encoded(NamedTuple):
    """What is made of n records before they are answered.

    Attributes:
        embedding: unit vectors, float32 (n, dimension).
        features: float32 (n, features): what the head reads.
        words: float32 (n, classes): what the layer on words says.
    """

    embedding: Vectors
    features: Vectors
    words: NDArray[np.float32]


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
        labels = tuple(poste.id for poste in cartographie.postes)
        self._prior = Prior(crosswalk, labels, bundle.calibration.rome)
        self._tempering = Tempering(**bundle.calibration.tempering.model_dump())
        self._sureness = Sureness.read(bundle.calibration.confidence)
        self._triage = Triage(**bundle.calibration.triage.model_dump())
        self._evidence = Evidence(bundle.references, crosswalk)
        self.versions = {
            "modele": bundle.manifest.version,
            "cartographie": cartographie.version,
            "rome": crosswalk.rome.version,
        }

    def encode(
        self, fiches: Sequence[Fiche], *, whole: bool = False, progress: Callable[[int], Any] | None = None
    ) -> Encoded:
        """Return what is made of fiches, in order.

        Args:
            fiches: any number.
            whole: whether each vector is that of all that is read of a record, as search compares them; otherwise
                that of a record which its words settle is its title's. The answer is the same either way.
            progress: called with the number of texts that the encoder has read since its last call.
        """
        words = self.bundle.wide.logits(fiches)
        settled = self._triage.settled(words)
        read = self.bundle.encoder.read
        if not whole:
            return Encoded(*read(self.texts(fiches, settled), progress=progress), words)
        embedding, features = read([self.bundle.reader.text(fiche) for fiche in fiches], progress=progress)
        ranks = np.flatnonzero(settled).tolist()
        features[ranks] = read([self.bundle.reader.text(fiches[rank], brief=True) for rank in ranks]).features
        return Encoded(embedding, features, words)

    def texts(self, fiches: Sequence[Fiche], settled: NDArray[np.bool_] | None = None) -> list[Text]:
        """Return what the encoder reads of fiches to answer them: of those that their words settle, no passage.

        Args:
            fiches: n records.
            settled: bool (n,), which ones these are, if already known.
        """
        if settled is None:
            settled = self._triage.settled(self.bundle.wide.logits(fiches))
        reader = self.bundle.reader
        return [reader.text(fiche, brief=brief) for fiche, brief in zip(fiches, settled.tolist(), strict=True)]

    def probabilities(self, fiches: Sequence[Fiche], encoded: Encoded) -> Probabilities:
        """Return calibrated probabilities (n, postes + 1), the last column being hors numérique."""
        logits = self.bundle.head.logits(encoded.features) + encoded.words
        return self._prior.apply(fiches, temper(logits, self._sums, self._tempering))

    def classify(
        self, fiches: Sequence[Fiche], *, top_k: int = 5, encoded: Encoded | None = None, evidence: bool = True
    ) -> list[Answer]:
        """Answer for each fiche, in order.

        Args:
            fiches: any number, in any mix of types.
            top_k: how many candidate postes to give.
            encoded: what `encode` made of them, if already known.
            evidence: whether to look for it; answers have none otherwise.
        """
        if not fiches:
            return []
        if encoded is None:
            encoded = self.encode(fiches)
        probabilities = self.probabilities(fiches, encoded)
        postes = probabilities[:, :-1]
        scores = postes.sum(axis=1)
        paths = self._paths(postes, scores)
        candidates = self._candidates(postes, top_k)
        preuves = self._evidence.find(fiches, encoded.embedding) if evidence else [()] * len(fiches)
        return [
            self._answer(fiche, *parts)
            for fiche, *parts in zip(fiches, scores.tolist(), paths, candidates, preuves, strict=True)
        ]

    def _paths(self, postes: Probabilities, scores: Probabilities) -> list[Path]:
        """Return the best path down the tree of each row, with how sure each node is."""
        tree = self.cartographie
        nodes: tuple[Sequence[Node], ...] = (tree.familles, tree.metiers, tree.postes)
        found = best_path(postes, self._sums)
        sure = self._sureness.of(found, scores)
        levels = (_scored(level, ranks, how) for level, (_, ranks), how in zip(nodes, found, sure, strict=True))
        return list(zip(*levels, strict=True))

    def _candidates(self, postes: Probabilities, top_k: int) -> list[tuple[Scored, ...]]:
        ranked = largest(postes.copy(), top_k)
        rows = np.arange(len(postes))
        columns = [_scored(self.cartographie.postes, ranks, postes[rows, ranks]) for ranks in ranked.T]
        return list(zip(*columns, strict=True)) if columns else [() for _ in postes]

    def _answer(
        self, fiche: Fiche, score: float, path: Path, candidats: tuple[Scored, ...], preuves: tuple[Preuve, ...]
    ) -> Answer:
        numerique = score >= self.bundle.calibration.thresholds.numerique
        return Answer(
            id=fiche.id,
            numerique=numerique,
            score=min(score, 1.0),
            niveau=self._niveau(path) if numerique else "aucun",
            famille=path[0] if numerique else None,
            metier=path[1] if numerique else None,
            poste=path[2] if numerique else None,
            candidats=candidats,
            preuves=preuves,
            versions=self.versions,
        )

    def _niveau(self, path: Path) -> Niveau:
        """Return the deepest level whose probability passes its threshold, all those above it passing too."""
        thresholds = self.bundle.calibration.thresholds
        famille, metier, poste = path
        if famille.score < thresholds.famille:
            return "aucun"
        if metier.score < thresholds.metier:
            return "famille"
        return "poste" if poste.score >= thresholds.poste else "metier"


def _scored(nodes: Sequence[Node], ranks: NDArray[np.intp], scores: NDArray[np.floating[Any]]) -> list[Scored]:
    """Return the node of each row's rank, with its score."""
    chosen = (nodes[rank] for rank in ranks.tolist())
    return [Scored(node.id, node.libelle, score) for node, score in zip(chosen, scores.tolist(), strict=True)]
