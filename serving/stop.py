"""How work in a thread learns that nobody waits for it any more."""

from __future__ import annotations


class GivenUp(Exception):
    """Work that was stopped; whoever asked for it has been answered already."""


class Stop:
    """Asked once, from any thread; the work looks at it between two pieces.

    >>> stop = Stop()
    >>> stop(3)
    >>> stop.ask()
    >>> stop()
    Traceback (most recent call last):
    serving.stop.GivenUp
    """

    def __init__(self) -> None:
        self._asked = False

    def ask(self) -> None:
        """Ask the work to stop."""
        self._asked = True

    def __call__(self, done: int = 0) -> None:
        """Go on, or raise GivenUp; what is done makes no difference (it is what progress callbacks are given)."""
        del done
        if self._asked:
            raise GivenUp
