"""What lies in the home after a crash, and what a start makes of it."""

import hashlib
import os
import time
from pathlib import Path

from soul_player.server.media.transcode_cache import ABANDONED_SECONDS, TranscodeCache


def keep(cache: TranscodeCache, key: bytes, content: bytes) -> None:
    descriptor, part = cache.begin()
    os.write(descriptor, content)
    os.close(descriptor)
    cache.keep(key, part, hashlib.sha256(content).digest())


def content_of(cache: TranscodeCache, key: bytes) -> bytes | None:
    found = cache.find(key)
    if found is None:
        return None
    with found.file as file:
        content = os.pread(file.descriptor, 1 << 20, 0)
    assert found.sha256 == hashlib.sha256(content).digest()
    return content


def key_of(place: int) -> bytes:
    return bytes([place]) * 32


def test_a_start_finds_what_was_kept_in_the_order_of_its_use(tmp_path: Path) -> None:
    """With a smaller budget, what was used longest ago goes at once."""
    cache = TranscodeCache(tmp_path / "t", budget_bytes=1_000)
    cache.open()
    for place in range(3):
        keep(cache, key_of(place), bytes([place]) * 100)
        time.sleep(0.01)
    assert content_of(cache, key_of(0)) == bytes(100)
    again = TranscodeCache(tmp_path / "t", budget_bytes=250)
    again.open()
    assert again.kept_bytes == 200
    assert content_of(again, key_of(1)) is None
    assert content_of(again, key_of(0)) == bytes(100)
    assert content_of(again, key_of(2)) == b"\x02" * 100


def test_a_start_drops_abandoned_parts_and_nothing_else(tmp_path: Path) -> None:
    """Another server of the same home may be writing one; and a stranger's file is a stranger's."""
    folder = tmp_path / "t"
    folder.mkdir()
    for name in ("old.part", "new.part", "notes.txt"):
        (folder / name).write_bytes(b"x")
    long_ago = time.time() - ABANDONED_SECONDS - 10
    os.utime(folder / "old.part", (long_ago, long_ago))
    TranscodeCache(folder, budget_bytes=10).open()
    assert sorted(path.name for path in folder.iterdir()) == ["new.part", "notes.txt"]


def test_what_is_larger_than_the_budget_is_not_kept(tmp_path: Path) -> None:
    """Nor does it push anything out."""
    cache = TranscodeCache(tmp_path / "t", budget_bytes=100)
    cache.open()
    keep(cache, key_of(1), b"x" * 90)
    keep(cache, key_of(2), b"x" * 101)
    assert content_of(cache, key_of(1)) == b"x" * 90
    assert len(list((tmp_path / "t").iterdir())) == 1


def test_what_somebody_deleted_is_made_anew(tmp_path: Path) -> None:
    """The folder may be emptied at any time."""
    cache = TranscodeCache(tmp_path / "t", budget_bytes=1_000)
    cache.open()
    keep(cache, key_of(1), b"x" * 90)
    for path in (tmp_path / "t").iterdir():
        path.unlink()
    assert cache.find(key_of(1)) is None
    assert cache.kept_bytes == 0
    keep(cache, key_of(1), b"y" * 90)
    keep(cache, key_of(1), b"z" * 80)
    assert content_of(cache, key_of(1)) == b"z" * 80
    assert cache.kept_bytes == 80
    assert cache.make_room()
    assert not cache.make_room()


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    """What is sent lies here."""
    (tmp_path / "secret").write_bytes(b"secret")
    cache = TranscodeCache(tmp_path / "t", budget_bytes=1_000)
    (tmp_path / "t").mkdir()
    digest = hashlib.sha256(b"secret").hexdigest()
    (tmp_path / "t" / f"{key_of(1).hex()}.{digest}").symlink_to(tmp_path / "secret")
    cache.open()
    assert cache.find(key_of(1)) is None


def test_what_another_process_keeps_is_found_and_counted(tmp_path: Path) -> None:
    """The folder is one server's, however many processes it has; so is the budget."""
    one, other = (TranscodeCache(tmp_path / "t", budget_bytes=250) for _ in range(2))
    one.open()
    other.open()
    keep(one, key_of(1), b"a" * 100)
    assert content_of(other, key_of(1)) == b"a" * 100
    assert other.is_kept(key_of(1))
    assert not other.is_kept(key_of(2))
    keep(one, key_of(2), b"b" * 100)
    keep(other, key_of(3), b"c" * 100)
    assert other.kept_bytes == 200
    assert content_of(one, key_of(1)) is None, "it was used longest ago"
    assert content_of(one, key_of(2)) == b"b" * 100
    assert content_of(one, key_of(3)) == b"c" * 100


def test_a_key_is_claimed_by_one_until_it_is_done(tmp_path: Path) -> None:
    """By being kept, by being given up, or by being killed: then its beginning is of no use to anybody."""
    one, other = (TranscodeCache(tmp_path / "t", budget_bytes=1_000) for _ in range(2))
    one.open()
    claimed = one.claim(key_of(1))
    assert claimed is not None
    assert other.claim(key_of(1)) is None
    free = other.claim(key_of(2))
    assert free is not None
    os.write(claimed[0], b"whole")
    one.keep(key_of(1), claimed[1], hashlib.sha256(b"whole").digest())
    again = other.claim(key_of(1))
    assert again is not None, "what is kept under its name is claimed by nobody"
    os.close(claimed[0])
    os.write(again[0], b"a beginning")
    os.close(again[0])
    after = one.claim(key_of(1))
    assert after is not None
    assert os.fstat(after[0]).st_size == 0
    assert content_of(one, key_of(1)) == b"whole"
    for descriptor in (free[0], after[0]):
        os.close(descriptor)
