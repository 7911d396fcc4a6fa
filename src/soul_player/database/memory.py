"""Giving memory back to the system, which the allocator keeps after large work for more of it."""

import ctypes


def trim() -> None:
    """Where the C library can (glibc); elsewhere the system has other ways of its own."""
    release = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if release is not None:
        release(0)
