"""Processes of transcodes: bounded, shared, gone with whoever listened, and never a file that is not whole."""

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import find_ffmpeg
from soul_player.audio.transcode import Recipe
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.quality import StreamFormat
from soul_player.server.errors import RequestRefused
from soul_player.server.media.files import OpenedFile
from soul_player.server.media.growing import GrowingFile
from soul_player.server.media.transcode_cache import TranscodeCache
from soul_player.server.media.transcoding import Transcoding
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_scan import until

OPUS = Recipe(StreamFormat.OPUS, 96_000)
# So long that it is made for some seconds.
LONG_SECONDS = 400.0


class Full(OSError):
    """The disk is."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "No space left on device")


class FullingCache(TranscodeCache):
    """On a disk that can be full."""

    is_full = False

    def begin(self) -> tuple[int, Path]:
        if self.is_full:
            raise Full
        return super().begin()

    def claim(self, key: bytes) -> tuple[int, Path] | None:
        if self.is_full:
            raise Full
        return super().claim(key)


def long_song(folder: Path) -> Path:
    return make_audio(folder / "long", "flac", seconds=LONG_SECONDS)


def opened(path: Path) -> OpenedFile:
    return OpenedFile(os.open(path, os.O_RDONLY))


def parts(home: Path) -> list[str]:
    """What lies in the cache, unfinished or not."""
    return sorted(path.suffix for path in (home / "transcodes").iterdir())


@asynccontextmanager
async def transcoding(
    home: Path, *, processes_max: int = 2, budget_bytes: int = 1 << 30, ffmpeg: Path | None = None
) -> AsyncGenerator[tuple[Transcoding, FullingCache], None]:
    cache = FullingCache(home / "transcodes", budget_bytes=budget_bytes)
    made = Transcoding(cache, ffmpeg or find_ffmpeg(), processes_max=processes_max, silent_seconds=5.0)
    async with made.open():
        yield made, cache


async def heard(growing: GrowingFile) -> bytes:
    """All of it."""
    pieces = b""
    while (piece := await growing.read(len(pieces), 1 << 20, wait_seconds=10.0)) != b"":
        assert piece is not None
        pieces += piece
    growing.leave()
    return pieces


def children() -> set[int]:
    """The processes that this one has started and that are not reaped."""
    found: set[int] = set()
    for task in Path(f"/proc/{os.getpid()}/task").iterdir():
        found.update(map(int, (task / "children").read_text().split()))
    return found


def test_two_who_ask_for_the_same_share_one_process(tmp_path: Path) -> None:
    """The second one hears it from the beginning as well; afterwards it is a file under its own hash."""
    song = long_song(tmp_path)

    async def story() -> None:
        async with transcoding(tmp_path) as (it, _):
            key = await it.key_of(b"song", OPUS)
            first = await it.listen(key, OPUS, opened(song), is_kept=True)
            assert len(await first.read(0, 100, wait_seconds=10.0) or b"") == 100
            second = await it.listen(key, OPUS, opened(song), is_kept=True)
            it.prepare(key, OPUS, opened(song))
            assert second is first
            assert it.running == 1
            async with asyncio.TaskGroup() as group:
                hearing = [group.create_task(heard(each)) for each in (first, second)]
            one = hearing[0].result()
            assert hearing[1].result() == one
            await until(lambda: it.running == 0 and parts(tmp_path) != [".part"])
            finished = await it.find(key)
            assert finished is not None
            assert finished.sha256 == hashlib.sha256(one).digest()
            assert os.pread(finished.file.descriptor, len(one) + 1, 0) == one
            finished.file.close()

    run(story())


def test_the_last_to_leave_ends_the_process(tmp_path: Path) -> None:
    """Not the first; and nothing is left, neither a process nor a part."""
    song = long_song(tmp_path)

    async def story() -> None:
        async with transcoding(tmp_path) as (it, _):
            before = children()
            key = await it.key_of(b"song", OPUS)
            first = await it.listen(key, OPUS, opened(song), is_kept=True)
            second = await it.listen(key, OPUS, opened(song), is_kept=True)
            assert len(children() - before) == 1
            first.leave()
            await asyncio.sleep(0.2)
            assert it.running == 1
            assert parts(tmp_path) == [".part"]
            second.leave()
            await until(lambda: it.running == 0)
            assert children() == before
            assert parts(tmp_path) == []
            # It can be had again.
            third = await it.listen(key, OPUS, opened(song), is_kept=True)
            third.leave()
            assert len(os.listdir("/proc/self/fd")) < 100  # noqa: PTH208  # numbers, no paths

    run(story())


def test_no_more_are_made_than_may_be(tmp_path: Path) -> None:
    """The next one is told when to come again; the background leaves a place to whoever wants to hear something."""
    song = long_song(tmp_path)

    async def story() -> None:
        async with transcoding(tmp_path, processes_max=2) as (it, _):
            keys = [await it.key_of(bytes([place]), OPUS) for place in range(4)]
            it.prepare(keys[0], OPUS, opened(song))
            it.prepare(keys[1], OPUS, opened(song))
            assert it.running == 1
            growing = await it.listen(keys[2], OPUS, opened(song), is_kept=True)
            with pytest.raises(RequestRefused) as refused:
                await it.listen(keys[3], OPUS, opened(song), is_kept=True)
            assert refused.value.code is ProblemCode.TRANSCODES_BUSY
            assert (b"retry-after", b"2") in refused.value.headers
            assert it.running == 2
            growing.leave()
            await until(lambda: it.running == 1)
            (await it.listen(keys[3], OPUS, opened(song), is_kept=True)).leave()
            assert children() > before
        assert children() == before, "the end of the server is theirs"
        assert parts(tmp_path) == []

    before = children()
    run(story())


def test_what_is_evicted_while_it_is_sent_is_sent_to_its_end(tmp_path: Path) -> None:
    """The one that was used longest ago goes; whoever has it open keeps reading it."""
    songs = [make_audio(tmp_path / f"song{hertz}", "flac", hertz=hertz, seconds=20.0) for hertz in (300, 400, 500)]

    async def story() -> None:
        async with transcoding(tmp_path, budget_bytes=700_000) as (it, cache):
            keys = []
            contents = []
            for song in songs[:2]:
                keys.append(await it.key_of(song.name.encode(), OPUS))
                contents.append(await heard(await it.listen(keys[-1], OPUS, opened(song), is_kept=True)))
                await until(lambda: it.running == 0 and ".part" not in parts(tmp_path))
            await until(lambda: len(parts(tmp_path)) == 2)
            # Used again: now the second one is the older.
            first, second = await it.find(keys[0]), None
            second = await it.find(keys[1])
            again = await it.find(keys[0])
            assert first is not None
            assert second is not None
            assert again is not None
            third = await it.key_of(b"third", OPUS)
            await heard(await it.listen(third, OPUS, opened(songs[2]), is_kept=True))
            await until(lambda: it.running == 0 and ".part" not in parts(tmp_path))
            assert cache.kept_bytes <= 700_000
            assert await it.find(keys[1]) is None
            assert os.pread(second.file.descriptor, 1 << 20, 0) == contents[1]
            assert second.file.is_unchanged()
            for each in (first, second, again):
                each.file.close()

    run(story())


def test_a_full_disk_is_told_before_the_first_byte(tmp_path: Path) -> None:
    """As a passing trouble; once there is room it works."""
    song = make_audio(tmp_path / "song", "flac")

    async def story() -> None:
        async with transcoding(tmp_path) as (it, cache):
            key = await it.key_of(b"song", OPUS)
            cache.is_full = True
            with pytest.raises(RequestRefused) as refused:
                await it.listen(key, OPUS, opened(song), is_kept=True)
            assert refused.value.code is ProblemCode.NOT_READY
            assert (b"retry-after", b"30") in refused.value.headers
            cache.is_full = False
            assert await heard(await it.listen(key, OPUS, opened(song), is_kept=True))

    run(story())


def test_a_disk_that_fills_up_gets_room_from_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made before can be made again; with nothing left to let go of, the answer breaks off, unkept."""
    songs = [make_audio(tmp_path / f"song{hertz}", "flac", hertz=hertz, seconds=9.0) for hertz in (300, 400)]

    async def story() -> None:
        async with transcoding(tmp_path) as (it, cache):
            old = await it.key_of(b"old", OPUS)
            await heard(await it.listen(old, OPUS, opened(songs[0]), is_kept=True))
            await until(lambda: it.running == 0 and ".part" not in parts(tmp_path))
            write = os.pwrite

            def fulled(descriptor: int, piece: bytes, at: int) -> int:
                if at >= 60_000 and cache.kept_bytes > 0:
                    raise Full
                return write(descriptor, piece, at)

            monkeypatch.setattr("soul_player.server.media.growing.os.pwrite", fulled)
            new = await it.key_of(b"new", OPUS)
            content = await heard(await it.listen(new, OPUS, opened(songs[1]), is_kept=True))
            await until(lambda: it.running == 0 and ".part" not in parts(tmp_path))
            assert await it.find(old) is None
            finished = await it.find(new)
            assert finished is not None
            assert finished.sha256 == hashlib.sha256(content).digest()
            finished.file.close()

            def always_full(descriptor: int, piece: bytes, at: int) -> int:
                if at >= 60_000:
                    raise Full
                return write(descriptor, piece, at)

            monkeypatch.setattr("soul_player.server.media.growing.os.pwrite", always_full)
            growing = await it.listen(old, OPUS, opened(songs[0]), is_kept=True)
            with pytest.raises(RequestRefused):
                await heard(growing)
            growing.leave()
            await until(lambda: it.running == 0)
            assert parts(tmp_path) == []

    run(story())


def test_a_file_that_changes_meanwhile_is_not_kept(tmp_path: Path) -> None:
    """Half of it would be of another song."""
    song = long_song(tmp_path)

    async def story() -> None:
        async with transcoding(tmp_path) as (it, _):
            key = await it.key_of(b"song", OPUS)
            growing = await it.listen(key, OPUS, opened(song), is_kept=True)
            with song.open("ab") as file:
                file.write(b"x")
            with pytest.raises(RequestRefused, match="written to"):
                await heard(growing)
            growing.leave()
            assert await it.find(key) is None
            assert parts(tmp_path) == []

    run(story())


def test_a_program_that_hangs_is_ended(tmp_path: Path) -> None:
    """And the failure is told once more to whoever asks for the file."""
    hanging = tmp_path / "ffmpeg"
    hanging.write_text('#!/bin/sh\n[ "$1" = -version ] && echo ffmpeg version hanging && exit\nexec sleep 60\n')
    hanging.chmod(0o755)
    song = make_audio(tmp_path / "song", "flac")

    async def story() -> None:
        async with transcoding(tmp_path, ffmpeg=hanging) as (it, _):
            it._silent_seconds = 0.3
            key = await it.key_of(b"song", OPUS)
            for _ in range(2):
                with pytest.raises(RequestRefused, match="nothing came"):
                    await it.listen(key, OPUS, opened(song), is_kept=True)
            with pytest.raises(RequestRefused, match="nothing came"):
                it.prepare(key, OPUS, opened(song))
            assert children() == before

    before = children()
    run(story())
