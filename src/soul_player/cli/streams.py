"""The standard streams, whatever they are when the program starts: closed, full, or of another encoding."""

import io
import os
import sys

_STREAMS = (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w"))


def open_streams() -> None:
    """One that is closed reads nothing and takes anything; what another encoding lacks is shown as a question mark.

    Python leaves a closed one as None, and the next file that is opened gets its number: a library's, say.
    """
    for name, number, mode in _STREAMS:
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            if null != number:
                os.dup2(null, number)
                os.close(null)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def leave_stdout() -> None:
    """Nothing more can be written there: the interpreter's own flush at exit must have nothing to complain about."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
