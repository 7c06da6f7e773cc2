"""What can be wrong with a model or an index on disk."""

from __future__ import annotations

from cartography.errors import GenscanError


class BundleError(GenscanError):
    """A bundle directory that must not be served: incomplete, altered, or made for another cartographie."""


class IndexUnusable(GenscanError):
    """An index directory that cannot be searched; the message says why and which command mends it."""
