"""What a sync failed on is nothing to go on with: the system takes it for written from then on."""

import errno
import hashlib
from pathlib import Path
from typing import BinaryIO

import pytest

from soul_player.client.downloads.disk import Disk, Part
from soul_player.client.errors import FileUnwritable


class Ailing(Disk):
    """Every sync fails, and says so once."""

    def make_durable(self, path: Path) -> None:
        """Not this time."""
        raise OSError(errno.EIO, "Input/output error")

    def begin_sync(self, file: BinaryIO) -> None:
        """Neither."""
        raise OSError(errno.EIO, "Input/output error")


def test_a_file_whose_sync_failed_at_its_end_is_gone(tmp_path: Path) -> None:
    """Else it would be read again, found whole, and synced without a word: yet a power cut would leave none of it."""
    part = Part(Ailing(), tmp_path / "part")
    with pytest.raises(FileUnwritable):
        part.finish([b"music"], sha256=hashlib.sha256(b"music").hexdigest())
    assert not part.path.exists()
    assert not part.is_open


def test_a_file_whose_sync_failed_on_its_way_is_gone(tmp_path: Path) -> None:
    """And what still comes does not bring it back under its name."""
    part = Part(Ailing(), tmp_path / "part")
    part.append([b"mus"])
    with pytest.raises(FileUnwritable):
        part.sync()
    assert not part.path.exists()
    with pytest.raises(FileUnwritable):
        part.finish([b"ic"], sha256=hashlib.sha256(b"music").hexdigest())
    assert not part.path.exists()


def test_a_file_that_is_not_right_is_not_synced_and_stays_for_its_owner(tmp_path: Path) -> None:
    part = Part(Ailing(), tmp_path / "part")
    assert not part.finish([b"noise"], sha256=hashlib.sha256(b"music").hexdigest())
    assert part.path.read_bytes() == b"noise"


def test_what_was_synced_is_there(tmp_path: Path) -> None:
    part = Part(Disk(), tmp_path / "part")
    part.append([b"mus"])
    part.sync()
    assert part.finish([b"ic"], sha256=hashlib.sha256(b"music").hexdigest())
    assert part.path.read_bytes() == b"music"
