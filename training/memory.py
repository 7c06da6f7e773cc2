"""The allocator of a long training: memory that a step gives back is kept for the next one."""

from __future__ import annotations

import ctypes
import sys

_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX, _ARENA_MAX = -1, -2, -4, -8
"""Parameters of glibc's mallopt(3)."""


def keep_memory() -> bool:
    """Tell glibc to keep freed memory rather than return it to the system; elsewhere do nothing.

    Every step allocates the same tensors of tens of megabytes. By default each is mapped anew and its pages are
    zeroed as they are touched, which on a virtual machine costs more than the arithmetic: sums of such tensors ran 20
    times and products 2.6 times faster with the memory kept.

    Returns:
        Whether the allocator took the settings.
    """
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    settings = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, 2**31 - 1), (_TOP_PAD, 2**28), (_ARENA_MAX, 1))
    taken = [mallopt(name, value) == 1 for name, value in settings]
    return all(taken)
