"""A file that only its owner reads: never for a moment otherwise, and whole or as it was."""

import os
import threading
from pathlib import Path

import pytest

from soul_player.private_files import write_private


def test_it_is_the_owners_alone_whatever_lay_there_and_whatever_is_usual(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o644)
    usual = os.umask(0)
    try:
        write_private(path, b"new")
    finally:
        os.umask(usual)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"new", 0o600)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    """The draft of a process that died is no hindrance; a folder in its place is."""
    path = tmp_path / "secret"
    draft = path.with_name(f"secret.{os.getpid()}-{threading.get_ident()}.draft")
    draft.write_text("half")
    write_private(path, b"whole")
    path.unlink()
    (path / "inside").mkdir(parents=True)
    with pytest.raises(IsADirectoryError) as raised:
        write_private(path, b"new")
    assert (raised.value.filename, raised.value.filename2) == (str(path), None), "a file is named that nobody knows"
    assert list(tmp_path.iterdir()) == [path]
