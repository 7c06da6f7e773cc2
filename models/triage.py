"""First stage: the records that their words alone settle, of which the encoder reads the title and no passage.

The layer on words has read the whole text before, at a tenth of the price: where it is sure, passages change the answer
no more. Viola & Jones 2001, Rapid Object Detection using a Boosted Cascade of Simple Features; for texts, Schwartz et
al. 2020, The Right Tool for the Job: Matching Model and Instance Complexities.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.head import softmax


@dataclass(frozen=True)
class Triage:
    """How sure the words must be; at 1 they never are.

    Attributes:
        poste: probability of one poste above which it is settled, by the words' logits alone.
        hors: probability of hors numérique above which that is.
    """

    poste: float = 1.0
    hors: float = 1.0

    def settled(self, words: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which records are settled, bool (n,).

        Args:
            words: what their words say, logits (n, classes), hors numérique last.

        >>> words = np.log(np.array([[0.8, 0.1, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8]], dtype=np.float32))
        >>> Triage(poste=0.75, hors=0.95).settled(words).tolist(), Triage().settled(words).any().item()
        ([True, False, False], False)
        """
        shares = softmax(words)
        settled: NDArray[np.bool_] = (shares[:, :-1].max(axis=1) > self.poste) | (shares[:, -1] > self.hors)
        return settled
