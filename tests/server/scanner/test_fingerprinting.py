"""Fingerprints in the background: what people play first, once a content, told in the feed, never in the way."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from soul_player.audio.source import Stamp
from soul_player.database.access import Reader, Writer
from soul_player.folders.pool import WorkersUnavailable
from soul_player.folders.prints import NoFingerprint
from soul_player.protocol.ids import id_bytes
from soul_player.server.scanner.fingerprinting import Fingerprinting
from soul_player.server.store.fingerprints import find_fingerprint
from tests.conftest import run
from tests.makers_audio import make_audio, retag
from tests.makers_scan import Scanned, scanned, until
from tests.server.running import running_server

USER_ID = bytes(15) + b"\x01"
ADD_PLAYS = """
    INSERT INTO user_data (user_id, track_id, seq, play_count, favourite, updated_at)
    VALUES (:user_id, :track_id, 1, :plays, 0, 1)
"""
ADD_ENTRY = """
    INSERT INTO playlist_entries (user_id, id, playlist_id, track_id, position, seq, added_at, is_removed, changed_by)
    VALUES (:user_id, :track_id, :user_id, :track_id, :user_id, 1, 1, 0, 'x')
"""
ADD_USER = """
    INSERT INTO users (id, username, username_key, password_hash, is_admin, created_at)
    VALUES (:id, 'ann', 'ann', 'x', 0, 1)
"""


@dataclass
class ScriptedPrints:
    """Listens to nothing: tells words by the file's name, and what was asked."""

    heard: list[bytes] = field(default_factory=list)
    bad: set[bytes] = field(default_factory=set)
    away: set[bytes] = field(default_factory=set)
    tired: int = 0

    async def of_file(self, root: bytes, path: bytes, stamp: Stamp | None = None) -> bytes | NoFingerprint | None:
        if self.tired:
            self.tired -= 1
            raise WorkersUnavailable("out of memory")
        self.heard.append(path)
        if path in self.away:
            return None
        return NoFingerprint("cannot be decoded") if path in self.bad else b"\x01\x02\x03\x04" * 3


@dataclass
class Heard:
    """A scanned library with fingerprints."""

    library: Scanned
    prints: ScriptedPrints
    fingerprinting: Fingerprinting

    async def make(self) -> list[bytes]:
        """Make what is missing; which files were listened to."""
        self.prints.heard.clear()
        await self.fingerprinting.make_all(self.prints)
        return list(self.prints.heard)

    async def fingerprinted(self) -> set[str]:
        """The paths of the tracks of which a client would hear that they have one."""
        ids, tracks = await self.library.ids(), await self.library.tracks()
        return {path for path, track_id in ids.items() if tracks[track_id].fingerprinted}


@asynccontextmanager
async def heard(url: str, music: Path) -> AsyncGenerator[Heard, None]:
    async with scanned(url, music) as library:
        prints = ScriptedPrints()
        fingerprinting = Fingerprinting(library.scanner._parts, lambda: prints, retry_seconds=0.05, rest_seconds=0.01)
        yield Heard(library, prints, fingerprinting)


async def _play(store: Writer, plays: Sequence[tuple[str, int]]) -> None:
    await store.run(ADD_USER, id=USER_ID)
    await store.run_many(ADD_PLAYS, [(USER_ID, id_bytes(track_id), count) for track_id, count in plays])


async def _add_to_playlist(store: Writer, track_id: str) -> None:
    await store.run(ADD_ENTRY, user_id=USER_ID, track_id=id_bytes(track_id))


def test_what_people_play_comes_first_and_each_is_told_once(tmp_path: Path, store_url: str) -> None:
    """By plays, then what is in a playlist, then the rest; one row moved for each."""

    async def body() -> None:
        music = tmp_path / "music"
        for place, name in enumerate("abcdef"):
            make_audio(music / name, "mp3", hertz=300 + 50 * place)
        async with heard(store_url, music) as it:
            await it.library.scan()
            ids = await it.library.ids()
            await it.library.database.write(_play, [(ids["c.mp3"], 2), (ids["e.mp3"], 9)])
            await it.library.database.write(_add_to_playlist, ids["d.mp3"])
            head = await it.library.head()
            it.library.announced.clear()
            order = await it.make()
            assert order[:3] == [b"e.mp3", b"c.mp3", b"d.mp3"]
            assert sorted(order) == [f"{name}.mp3".encode() for name in "abcdef"]
            assert await it.fingerprinted() == set(ids)
            assert await it.library.head() == head + 6
            assert set(it.library.announced) == {"library"}
            found = await it.library.database.read(find_fingerprint, id_bytes(ids["a.mp3"]))
            assert found is not None
            assert found.words == b"\x01\x02\x03\x04" * 3
            assert await it.make() == []
            assert await it.library.head() == head + 6

    run(body())


def test_a_moved_doubled_or_retagged_file_keeps_its_fingerprint(tmp_path: Path, store_url: str) -> None:
    """It is the audio's. Other audio under the same name gets its own."""

    async def body() -> None:
        music = tmp_path / "music"
        song = make_audio(music / "song", "flac", tags={"title": "before"})
        async with heard(store_url, music) as it:
            await it.library.scan()
            assert await it.make() == [b"song.flac"]
            (track_id,) = (await it.library.ids()).values()
            # Tagged anew: told as unknown until it is hashed, then with the hashes, without listening again.
            retag(song, song, {"title": "after"})
            await it.library.scan(hashes=False)
            assert (await it.library.tracks())[track_id].fingerprinted is False
            missing = await it.library.database.read(find_fingerprint, id_bytes(track_id))
            assert missing is not None
            assert missing.words is None
            head = await it.library.head()
            await it.library.scan()
            assert (await it.library.tracks())[track_id].fingerprinted is True
            assert await it.library.head() == head + 1
            assert await it.make() == []
            # Moved.
            song = song.rename(music / "moved.flac")
            await it.library.scan()
            assert await it.fingerprinted() == {"moved.flac"}
            # The same audio a second time.
            make_audio(music / "twin", "flac", tags={"title": "twin"})
            await it.library.scan()
            assert await it.make() == []
            assert await it.fingerprinted() == {"moved.flac", "twin.flac"}
            # Other audio.
            make_audio(song, "flac", hertz=700, tags={"title": "after"})
            await it.library.scan()
            assert await it.fingerprinted() == {"twin.flac"}
            assert await it.make() == [b"moved.flac"]
            assert await it.fingerprinted() == {"moved.flac", "twin.flac"}

    run(body())


def test_a_file_that_only_looks_new_is_not_listened_to_again(tmp_path: Path) -> None:
    """Touched: the same bytes with another time."""

    async def body() -> None:
        music = tmp_path / "music"
        song = make_audio(music / "song", "mp3")
        async with heard(f"sqlite:///{tmp_path}/s.db", music) as it:
            await it.library.scan()
            await it.make()
            head = await it.library.head()
            song.touch()
            await it.library.scan(hashes=False)
            assert await it.fingerprinted() == {"song.mp3"}
            await it.library.scan()
            assert await it.make() == []
            assert await it.library.head() == head

    run(body())


def test_a_file_that_fails_is_tried_once_until_its_audio_changes(tmp_path: Path, store_url: str) -> None:
    """Nobody hears of the failure; one that cannot be read now is tried the next time, and holds up nothing."""

    async def body() -> None:
        music = tmp_path / "music"
        bad = make_audio(music / "bad", "mp3", hertz=300)
        make_audio(music / "away", "mp3", hertz=400)
        make_audio(music / "good", "mp3", hertz=500)
        async with heard(store_url, music) as it:
            await it.library.scan()
            ids = await it.library.ids()
            await it.library.database.write(_play, [(ids["away.mp3"], 2)])
            it.prints.bad, it.prints.away = {b"bad.mp3"}, {b"away.mp3"}
            head = await it.library.head()
            assert set(await it.make()) == {b"away.mp3", b"bad.mp3", b"good.mp3"}
            assert await it.fingerprinted() == {"good.mp3"}
            assert await it.library.head() == head + 1
            it.prints.away.clear()
            assert await it.make() == [b"away.mp3"]
            it.prints.bad.clear()
            assert await it.make() == []
            make_audio(bad, "mp3", hertz=900)
            await it.library.scan()
            assert await it.make() == [b"bad.mp3"]
            assert await it.fingerprinted() == {"bad.mp3", "away.mp3", "good.mp3"}

    run(body())


def test_a_row_that_changes_meanwhile_wins(tmp_path: Path) -> None:
    """The scan wrote to it while it was listened to: what was read before is not written over it."""

    async def body() -> None:
        music = tmp_path / "music"
        song = make_audio(music / "song", "flac", tags={"title": "before"})
        async with heard(f"sqlite:///{tmp_path}/s.db", music) as it:
            await it.library.scan()

            class Retagging(ScriptedPrints):
                async def of_file(self, root: bytes, path: bytes, stamp: Stamp | None = None) -> bytes:
                    retag(song, song, {"title": "after"})
                    await it.library.scan()
                    return b"\x01\x02\x03\x04"

            await it.fingerprinting.make_all(Retagging())
            (track,) = (await it.library.tracks()).values()
            assert (track.title, track.fingerprinted) == ("after", False)
            assert await it.make() == [], "its audio was heard already"
            assert await it.fingerprinted() == {"song.flac"}

    run(body())


def test_it_runs_after_the_hashing_and_gets_over_trouble(tmp_path: Path) -> None:
    """Without a tool it ends at once, and says nothing to anybody."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "song", "mp3")
        async with heard(f"sqlite:///{tmp_path}/s.db", music) as it:
            await Fingerprinting(it.library.scanner._parts, lambda: None).run()
            it.prints.tired = 2
            it.library.scanner._on_hashed = it.fingerprinting.wake
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(it.library.scanner.run()), group.create_task(it.fingerprinting.run())
                ]  # fmt: skip
                await until(lambda: it.prints.heard == [b"song.mp3"])
                for task in tasks:
                    task.cancel()

    run(body())


def test_what_cannot_be_read_is_tried_less_and_less_often_until_something_changes(tmp_path: Path) -> None:
    """A disk that is away may hold a hundred thousand files: each look would try them all."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "song", "mp3")
        async with heard(f"sqlite:///{tmp_path}/s.db", music) as it:
            await it.library.scan()
            it.prints.away = {b"song.mp3"}
            impatient = Fingerprinting(it.library.scanner._parts, lambda: it.prints, look_again_seconds=0.02)
            async with asyncio.TaskGroup() as group:
                task = group.create_task(impatient.run())
                await asyncio.sleep(1.5)
                # After 0.02, 0.06, 0.14, 0.3, 0.62 and 1.26 seconds; else 75 times.
                tries = len(it.prints.heard)
                assert 2 <= tries <= 8
                impatient.wake()
                await until(lambda: len(it.prints.heard) > tries)
                task.cancel()

    run(body())


def test_a_server_makes_them_and_ends_while_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole program: real files, the real tool; its end does not wait for a tool that hangs, nor leave it there."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "song", "flac", seconds=5.0)
        async with running_server(tmp_path / "home", music=(music,), fingerprints_rest_seconds=0.05) as running:
            database = running.server.store.database
            async with asyncio.timeout(60):
                while not await database.read(_count_made):  # noqa: ASYNC110  # the database rings no bell
                    await asyncio.sleep(0.05)
        make_audio(music / "other", "flac", hertz=900)
        noted = tmp_path / "pid"
        program = tmp_path / "bin" / "fpcalc"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho $$ > {noted}.new\nmv {noted}.new {noted}\nexec sleep 60\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
        async with running_server(tmp_path / "home", music=(music,), fingerprints=False) as running:
            await until(lambda: running.server.scanner.status().last is not None)
            await asyncio.sleep(0.5)
            assert not noted.exists(), "it is switched off"
        async with running_server(tmp_path / "home", music=(music,), fingerprints_rest_seconds=0.05):
            await until(noted.exists)
            started = time.monotonic()
        assert time.monotonic() - started < 5
        with pytest.raises(ProcessLookupError):
            os.kill(int(noted.read_text()), 0)

    run(body())


async def _count_made(store: Reader) -> int:
    row = await store.one("SELECT COUNT(*) FROM fingerprints WHERE words IS NOT NULL")
    assert row is not None
    return int(row[0])
