"""What can be wrong when a model is made or measured."""

from __future__ import annotations

from cartography.errors import GenscanError


class TrainingError(GenscanError):
    """A model that cannot be made: base encoder absent or altered, export that does not equal torch."""


class EvaluationError(GenscanError):
    """A labelled file that cannot be measured against; the message names the file and the line."""
