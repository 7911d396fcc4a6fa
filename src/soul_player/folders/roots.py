"""The folders that a person named, made into roots: no root twice, none inside another."""

import os
from collections.abc import Iterable


def fold_roots(folders: Iterable[bytes | str | os.PathLike[str]]) -> list[bytes]:
    """Real paths, sorted. A folder inside another is left out: the outer one holds its files already."""
    real = sorted({os.path.realpath(os.fsencode(folder)) for folder in folders})
    roots: list[bytes] = []
    for path in real:
        if not any(is_inside(path, root) for root in roots):
            roots.append(path)
    return roots


def is_inside(path: bytes, root: bytes) -> bool:
    """Pure: whether `path` is `root` or below it, by its name alone."""
    return path == root or path.startswith(root.rstrip(b"/") + b"/")


def shown(path: bytes) -> str:
    """For people and JSON: bytes that are no UTF-8 are escaped."""
    return path.decode("utf-8", "backslashreplace")
