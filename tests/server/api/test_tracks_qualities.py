"""Other qualities over the wire: live until they are finished, then with ranges and a tag of their own."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from soul_player.audio.tags import read_tags
from tests.conftest import run
from tests.makers_audio import make_audio, retag
from tests.server.api.shelf import LONG_AGO_S, Shelf, on_shelf
from tests.server.in_process import Reply, house


async def finished(it: Shelf, query: str = "?quality=low") -> Reply:
    """The download, asked for until it is there."""
    async with asyncio.timeout(30):
        while (reply := await it.get("download", query=query)).status == 202:
            assert int(reply.headers["retry-after"]) >= 1
            assert reply.json == {"state": "transcoding"}
            await asyncio.sleep(0.05)
    return reply


@pytest.mark.parametrize(
    ("query", "content_type", "head", "suffix"),
    [
        ("?quality=low", "audio/ogg; codecs=opus", b"OggS", ".opus"),
        ("?quality=medium&format=mp3", "audio/mpeg", b"\xff\xfb", ".mp3"),
        ("?quality=high&format=aac", "audio/aac", b"\xff\xf1", ".aac"),
    ],
)
def test_a_transcode_is_live_at_first_and_then_a_file(
    tmp_path: Path, query: str, content_type: str, head: bytes, suffix: str
) -> None:
    """Live: no ranges, no tag, no length. Finished: the very bytes that were heard, under the hash of these."""

    async def story(it: Shelf) -> None:
        live = await it.get(query=query, Range="bytes=0-9")
        assert live.status == 200
        assert live.headers["content-type"] == content_type
        assert live.headers["accept-ranges"] == "none"
        assert not {"etag", "content-length", "content-range"} & live.headers.keys()
        assert live.body.startswith(head)
        kept = await finished(it, query)
        assert kept.body == live.body
        tag = f'"sha256-{hashlib.sha256(kept.body).hexdigest()}"'
        assert kept.headers["etag"] == tag
        assert kept.headers["content-disposition"].endswith(suffix)
        part = await it.get(query=query, Range="bytes=10-19", If_Range=tag)
        assert (part.status, part.body) == (206, live.body[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(live.body)}"
        assert (part.headers["etag"], part.headers["accept-ranges"]) == (tag, "bytes")
        assert (await it.get(query=query, If_None_Match=tag)).status == 304
        assert (await it.get(query=query, Range="bytes=10-19", If_Range=it.tag)).status == 200
        assert it.it.server.transcoding.running == 0

    on_shelf(tmp_path, story)


def test_head_makes_nothing(tmp_path: Path) -> None:
    """A player that looks first must not start a process."""

    async def story(it: Shelf) -> None:
        reply = await it.get(method="HEAD", query="?quality=low")
        assert (reply.status, reply.headers["accept-ranges"]) == (200, "none")
        assert it.it.server.transcoding.running == 0
        assert list((tmp_path / "home" / "transcodes").iterdir()) == []

    on_shelf(tmp_path, story)


def test_a_live_transcode_begins_where_it_is_told_to(tmp_path: Path) -> None:
    """`start_seconds`, also beyond what the row believes to be the end; such a one is not kept."""

    async def story(it: Shelf) -> None:
        make_audio(it.file, "flac", seconds=8.0, tags={"title": "longer"})
        whole = await it.get(query="?quality=low")
        rest = await it.get(query="?quality=low&start_seconds=6")
        assert rest.headers["accept-ranges"] == "none"
        assert 0.1 < len(rest.body) / len(whole.body) < 0.5
        again = await it.get(query="?quality=low&start_seconds=6")
        assert (again.headers["accept-ranges"], again.body) == ("none", rest.body)
        beyond = await it.get(query="?quality=low&start_seconds=9999")
        assert beyond.status == 200

    on_shelf(tmp_path, story)


def test_a_file_that_was_never_hashed_is_heard_at_once(tmp_path: Path) -> None:
    """Hearing it does not wait for the hash, so nothing of it is kept; keeping it does."""

    async def story(it: Shelf) -> None:
        heard = await it.get(query="?quality=low")
        assert (heard.status, heard.headers["accept-ranges"]) == (200, "none")
        assert list((tmp_path / "home" / "transcodes").iterdir()) == []
        kept = await finished(it)
        assert kept.body == heard.body

    on_shelf(tmp_path, story, hashed=False)


def test_a_file_that_was_tagged_anew_has_the_same_transcode(tmp_path: Path) -> None:
    """It is the audio's; other audio has another one, and the old one is not sent for it."""

    async def story(it: Shelf) -> None:
        before = await finished(it)
        retag(it.file, it.file, {"title": "after"})
        os.utime(it.file, (LONG_AGO_S + 9, LONG_AGO_S + 9))
        await it.it.server.scanner.scan()
        await it.it.server.scanner.hash_all()
        after = await it.get("download", query="?quality=low")
        assert (after.status, after.body) == (200, before.body)
        # Replaced since the scan: the row's hash is not that of the file that is open.
        make_audio(it.file, "flac", hertz=900, tags={"title": "other"})
        other = await finished(it)
        assert other.body != before.body

    on_shelf(tmp_path, story)


@asynccontextmanager
async def _one_song(home: Path, name: str, **settings: Any) -> AsyncGenerator[Shelf, None]:
    file = make_audio(home / "music" / "song", name, seconds=3.0, tags={"title": "Song"})
    os.utime(file, (LONG_AGO_S, LONG_AGO_S))
    async with house(home / "home", music=(home / "music",), **settings) as it:
        await it.server.scanner.scan()
        await it.server.scanner.hash_all()
        token = (await it.sign_in()).access_token
        (track,) = (await it.ask("GET", "/api/sync/tracks", token=token)).json["tracks"]
        yield Shelf(it, file, token, track["id"])


def _told(home: Path, name: str, story: Callable[[Shelf], Awaitable[None]], **settings: Any) -> None:
    async def body() -> None:
        async with _one_song(home, name, **settings) as it:
            await story(it)

    run(body())


def test_what_is_small_already_is_sent_as_it_is(tmp_path: Path) -> None:
    """An mp3 of 64 kbit/s: to a player of mp3 its own bytes; as opus never more bits than it has."""

    async def story(it: Shelf) -> None:
        original = await it.get(query="?quality=low&format=mp3")
        assert (original.body, original.headers["etag"]) == (it.file.read_bytes(), it.tag)
        assert original.headers["accept-ranges"] == "bytes"
        small = await finished(it, "?quality=high")
        assert len(small.body) < 3 * 64_000 / 8 * 1.3
        part = await it.get(query="?quality=low&format=mp3&start_seconds=2")
        assert part.headers["accept-ranges"] == "none"

    _told(tmp_path, "mp3", story)


def test_a_server_without_transcodes_says_so(tmp_path: Path) -> None:
    """Switched off, like without ffmpeg: refused, and not named among what it can."""

    async def story(it: Shelf) -> None:
        assert (await it.get(query="?quality=low")).code == "invalid_quality"
        assert (await it.get("download", query="?quality=low")).code == "invalid_quality"
        assert "transcode" not in (await it.it.ask("GET", "/api/server", token=it.token)).json["features"]
        assert (await it.get(query="?quality=original")).status == 200

    _told(tmp_path, "flac", story, transcodes_max=0)


@pytest.mark.parametrize("name", ["flac", "mp3", "aac"])
def test_a_file_that_cannot_be_decoded_is_a_clear_problem(tmp_path: Path, name: str) -> None:
    """Before the first byte of an answer, hearing it or keeping it; and its original can still be had."""

    async def story(it: Shelf) -> None:
        content = it.file.read_bytes()
        keep = 60 if name == "flac" else 3
        it.file.write_bytes(content[:keep] + b"\x00" * (len(content) - keep))
        heard = await it.get(query="?quality=low")
        assert (heard.status, heard.code) == (422, "transcode_failed")
        assert (await finished(it)).code == "transcode_failed"
        assert (await it.get()).status == 200
        assert it.it.server.transcoding.running == 0
        assert list((tmp_path / "home" / "transcodes").iterdir()) == []

    _told(tmp_path, name, story)


def test_a_file_with_a_hole_is_heard_around_it(tmp_path: Path) -> None:
    """A scratch is no reason to hear nothing."""

    async def story(it: Shelf) -> None:
        content = bytearray(it.file.read_bytes())
        middle = len(content) // 2
        content[middle : middle + 400] = b"\xff" * 400
        it.file.write_bytes(content)
        assert len((await it.get(query="?quality=low")).body) > 10_000
        with it.file.open("rb") as file:
            assert read_tags(file.fileno(), b"song.mp3").metadata.duration_seconds > 2

    _told(tmp_path, "mp3", story)
