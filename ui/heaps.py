"""Keeps the server's memory flat: its many threads share a few heaps. Knows the C library, nothing of the shop.

glibc gives each new thread a heap ("arena") of its own, up to eight for each core, and what one thread has freed stays
with its heap. A server whose turns run in ever new threads spreads its temporary arrays over all of them: the memory in
use stays the same, the memory held grows by hundreds of MB (mallopt(3), M_ARENA_MAX; measured in docs/interfaces.md).
"""

import ctypes
import os
import platform

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_SET_OUTSIDE = "MALLOC_ARENA_MAX"  # the C library has read it already


def share_heaps(most: int | None = None) -> bool:
    """Lets the process have no more heaps than cores; call it before many threads have begun.

    Args:
        most: heaps; None: one for each core, two at least.

    Returns:
        Whether that was said to the C library: it is glibc, and the environment says nothing else.
    """
    if os.environ.get(_SET_OUTSIDE) or platform.libc_ver()[0] != "glibc":
        return False
    try:
        return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, most or max(2, os.cpu_count() or 2)))
    except (OSError, AttributeError):
        return False
