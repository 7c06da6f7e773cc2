"""ROME codes as a prior over the postes, which a contradicting text can overrule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from cartography.crosswalk import HORS, Crosswalk
from cartography.fiche import Fiche, FicheType
from cartography.rome import Version
from models.head import Probabilities
from models.layout import RomePrior

ROME_OF: Mapping[FicheType, Version] = {"offre": "4.0", "formation": "3"}
"""Whose extent a code has: offers are coded in ROME 4.0, courses (LHÉO, RNCP, Mon Compte Formation) still in ROME 3."""

REMEMBERED = 2_000
"""Codings whose weights are kept, half a kilobyte each."""

Coding = tuple[tuple[str, ...], str | None, Version]
"""ROME codes, appellation, and the version whose extent the codes have."""


@dataclass(frozen=True)
class Prior:
    """Multiplies the text's probabilities by what the ROME code says, tempered.

    For a class c with text probability p(c), share q(c) of the code and K classes, the result is proportional to
    p(c) · ((1 - floor) · q(c) + floor / K) ** strength.

    Attributes:
        crosswalk: shares of each ROME code and appellation.
        labels: postes in class order.
        settings: strength and floor. With floor f a code can at most divide the odds of a class that it does not
            name by ((1 - f) · K / f + 1) ** strength, which is what lets a clear text win over a wrong code.
    """

    crosswalk: Crosswalk
    labels: Sequence[str]
    settings: RomePrior

    def apply(self, fiches: Sequence[Fiche], probabilities: Probabilities) -> Probabilities:
        """Return the probabilities (n, classes) with the prior of each coded fiche; the others are unchanged."""
        if self.settings.strength == 0:
            return probabilities
        out = probabilities.copy()
        for row, fiche in enumerate(fiches):
            weights = self._weights_of((tuple(fiche.rome), fiche.appellation, ROME_OF[fiche.type]))
            if weights is not None:
                weighted = out[row] * weights
                out[row] = weighted / weighted.sum()
        return out

    @cached_property
    def _weights_of(self) -> Callable[[Coding], NDArray[np.float32] | None]:
        """Return what a coding multiplies the classes by, None where it says nothing; a file has few of them."""

        @lru_cache(maxsize=REMEMBERED)
        def weights_of(coding: Coding) -> NDArray[np.float32] | None:
            shares = self.crosswalk.shares(*coding)
            return self._weights(shares) if shares else None

        return weights_of

    def _weights(self, shares: dict[str, float]) -> NDArray[np.float32]:
        classes = (*self.labels, HORS)
        q = np.array([shares.get(label, 0.0) for label in classes])
        floor = self.settings.floor
        weights: NDArray[np.float32] = (((1 - floor) * q + floor / len(classes)) ** self.settings.strength).astype(
            np.float32
        )
        return weights
