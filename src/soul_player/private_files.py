"""A small file that only its owner can read: whole or as it was, also after a power cut."""

import os
import threading
from pathlib import Path

DRAFT_SUFFIX = ".draft"


def write_private(path: Path, content: bytes) -> None:
    """Never readable for others, not even for a moment; durable when it returns. Raises `OSError`, and leaves what was
    there before."""
    try:
        _write(path, content)
    except OSError as error:
        # The draft is a file that nobody knows, and a disk that is full tells of none.
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write(path: Path, content: bytes) -> None:
    # Several processes of a home, and several threads of one, may write the same file: the last one stays.
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}{DRAFT_SUFFIX}")
    draft.unlink(missing_ok=True)
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(file, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
