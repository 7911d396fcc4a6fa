"""A track's bytes: the right ones of the file, under a tag that cannot lie."""

import os
from pathlib import Path

import pytest

from soul_player.audio.formats import CONTENT_TYPES, AudioFormat
from soul_player.database.access import Writer
from tests.conftest import run
from tests.server.api.shelf import LONG_AGO_S, Shelf, on_shelf, shelf

NOWHERE = "01000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("what", ["stream", "download"])
def test_every_form_of_range_gives_the_bytes_of_the_file(tmp_path: Path, what: str) -> None:
    """Compared with the file itself, at its ends, across the size of a piece, and whole."""

    async def story(it: Shelf) -> None:
        content = it.file.read_bytes()
        size = len(content)
        cases = {
            "bytes=0-0": content[:1],
            "bytes=0-": content,
            f"bytes=0-{size - 1}": content,
            f"bytes=1-{size - 2}": content[1:-1],
            f"bytes={size - 1}-": content[-1:],
            f"bytes={size // 2}-{size * 9}": content[size // 2 :],
            "bytes=-1": content[-1:],
            f"bytes=-{size // 3}": content[-(size // 3) :],
            f"bytes=-{size * 2}": content,
        }
        for header, expected in cases.items():
            reply = await it.get(what, Range=header)
            first = size - len(expected) if header.startswith("bytes=-") else int(header[6:].split("-")[0])
            assert (reply.status, reply.body) == (206, expected), header
            assert reply.headers["content-range"] == f"bytes {first}-{first + len(expected) - 1}/{size}"
            assert reply.headers["content-length"] == str(len(expected))
            assert reply.headers["etag"] == it.tag
        for header in ("", "bytes=0-1,3-4", "bytes=5-2", "lines=1-2", "nonsense"):
            reply = await it.get(what, Range=header)
            assert (reply.status, reply.body) == (200, content), header
            assert reply.headers["accept-ranges"] == "bytes"
            assert "content-range" not in reply.headers
        for header in (f"bytes={size}-", f"bytes={size}-{size + 5}", "bytes=-0"):
            reply = await it.get(what, Range=header)
            assert (reply.status, reply.code) == (416, "range_not_satisfiable"), header
            assert reply.headers["content-range"] == f"bytes */{size}"

    on_shelf(tmp_path, story)


def test_a_file_longer_than_many_pieces_arrives_whole(tmp_path: Path) -> None:
    """No byte is lost or doubled where one piece ends and the next begins."""

    async def story(it: Shelf) -> None:
        content = it.file.read_bytes()
        longer = content + os.urandom(1_000_003)
        it.file.write_bytes(longer)
        os.utime(it.file, (LONG_AGO_S, LONG_AGO_S))
        assert (await it.get()).body == longer
        assert (await it.get(Range="bytes=131071-524289")).body == longer[131_071:524_290]

    on_shelf(tmp_path, story)


def test_head_tells_what_get_would_without_the_bytes(tmp_path: Path) -> None:
    """Ranges are defined for GET alone."""

    async def story(it: Shelf) -> None:
        size = str(len(it.file.read_bytes()))
        for headers in ({}, {"Range": "bytes=0-5"}):
            reply = await it.get(method="HEAD", **headers)
            assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", size)
            assert reply.headers["etag"] == it.tag
        assert (await it.get(method="HEAD", If_None_Match=it.tag)).status == 304

    on_shelf(tmp_path, story)


def test_a_download_that_goes_on_gets_the_rest_of_the_same_bytes_or_all_of_the_new(tmp_path: Path) -> None:
    """`If-Range`: two halves of two files would be a file that nobody ever had."""

    async def story(it: Shelf) -> None:
        content, tag = it.file.read_bytes(), it.tag
        assert (await it.get(Range="bytes=9-", If_Range=tag)).body == content[9:]
        for other in ('"sha256-0000"', f"W/{tag}", "Sat, 31 Jan 2026 10:00:00 GMT"):
            reply = await it.get(Range="bytes=9-", If_Range=other)
            assert (reply.status, reply.body) == (200, content), other

    on_shelf(tmp_path, story)


def test_what_the_client_has_is_not_sent_again(tmp_path: Path) -> None:
    """`If-None-Match`, also in a list, also weakly compared."""

    async def story(it: Shelf) -> None:
        for known in (it.tag, f'"other", {it.tag}', f"W/{it.tag}", "*"):
            reply = await it.get("download", If_None_Match=known, Range="bytes=0-3")
            assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", it.tag), known
        assert (await it.get("download", If_None_Match='"other"')).status == 200

    on_shelf(tmp_path, story)


@pytest.mark.parametrize("in_place", [False, True], ids=["replaced", "written to in place"])
def test_the_tag_does_not_lie_when_the_file_was_changed_a_moment_ago(tmp_path: Path, in_place: bool) -> None:
    """The same size, the same time stamp: only the bytes are others, and the row knows nothing of it yet."""

    async def story(it: Shelf) -> None:
        before = it.tag
        assert (await it.get()).headers["etag"] == before
        content = it.file.read_bytes()
        changed = content[:-8] + bytes(byte ^ 0xFF for byte in content[-8:])
        if in_place:
            it.file.write_bytes(changed)
        else:
            other = it.file.with_name(".new")
            other.write_bytes(changed)
            os.utime(other, (LONG_AGO_S, LONG_AGO_S))
            other.replace(it.file)
        for what in ("stream", "download"):
            reply = await it.get(what)
            assert reply.body == changed
            assert reply.headers["etag"] == it.tag != before
            assert (await it.get(what, If_None_Match=before)).status == 200
            assert (await it.get(what, Range="bytes=4-", If_Range=before)).status == 200

    on_shelf(tmp_path, story)


def test_a_file_that_was_never_hashed_is_heard_at_once_and_kept_only_with_its_hash(tmp_path: Path) -> None:
    """A player does not wait for a gigabyte to be read; whoever keeps the file must be able to verify it."""

    async def story(it: Shelf) -> None:
        heard = await it.get("stream")
        assert (heard.status, heard.body) == (200, it.file.read_bytes())
        assert "etag" not in heard.headers
        assert (await it.get("stream", Range="bytes=2-5")).body == it.file.read_bytes()[2:6]
        kept = await it.get("download")
        assert (kept.status, kept.headers["etag"]) == (200, it.tag)

    on_shelf(tmp_path, story, hashed=False)


def test_the_row_follows_a_file_that_was_asked_for(tmp_path: Path) -> None:
    """And clients hear of its hash as an update."""

    async def story(it: Shelf) -> None:
        page = (await it.it.ask("GET", "/api/sync/tracks", token=it.token)).json
        assert "file_hash" not in page["tracks"][0]
        await it.get("stream")
        following = it.it.server.following
        assert list(following.waiting) == [bytes.fromhex(it.track_id.replace("-", ""))]
        await following.run_once()
        target = f"/api/sync/tracks?cursor={page['next_cursor']}"
        (track,) = (await it.it.ask("GET", target, token=it.token)).json["updated_tracks"]
        assert track["file_hash"] == it.tag.strip('"').replace("-", ":")

    on_shelf(tmp_path, story, hashed=False)


def test_a_file_that_vanished_is_gone_and_one_that_came_back_is_there(tmp_path: Path) -> None:
    """Before any scan has noticed."""

    async def story(it: Shelf) -> None:
        away = it.file.with_name("elsewhere")
        it.file.rename(away)
        for what in ("stream", "download"):
            reply = await it.get(what)
            assert (reply.status, reply.code) == (404, "track_gone")
        away.rename(it.file)
        assert (await it.get()).status == 200

    on_shelf(tmp_path, story)


def test_a_track_that_was_taken_out_is_gone_although_its_file_is_there(tmp_path: Path) -> None:
    """Its row stays for ever, for its identity; that is no reason to send it."""

    async def retire(store: Writer) -> None:
        await store.run("UPDATE tracks SET is_present = 0")

    async def story(it: Shelf) -> None:
        await it.it.server.store.database.write(retire)
        for what in ("stream", "download", "artwork"):
            reply = await it.get(what)
            assert (reply.status, reply.code) == (404, "track_gone"), what
        assert (await it.it.ask("GET", f"/api/tracks/{it.track_id}", token=it.token)).code == "track_gone"

    on_shelf(tmp_path, story)


def test_a_disk_that_cannot_be_read_now_is_asked_again_later(tmp_path: Path) -> None:
    """A name too long stands for an error of the disk: tests may run as root, whom nothing is denied."""

    async def story(it: Shelf) -> None:
        async def spoil(store: Writer) -> None:
            await store.run("UPDATE tracks SET path = :path", path=b"a" * 300)

        await it.it.server.store.database.write(spoil)
        reply = await it.get()
        assert (reply.status, reply.code) == (503, "file_unreadable")
        assert int(reply.headers["retry-after"]) > 0

    on_shelf(tmp_path, story)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?quality=original", 200, None),
        ("?quality=best", 422, "invalid_quality"),
        ("?quality=", 422, "invalid_quality"),
        ("?quality=low&format=wma", 422, "invalid_quality"),
        ("?quality=low&format=", 422, "invalid_quality"),
        ("?quality=low&start_seconds=-1", 422, "invalid"),
        ("?quality=low&start_seconds=nan", 422, "invalid"),
        ("?quality=low&start_seconds=soon", 422, "invalid"),
        ("?start_seconds=5", 422, "invalid"),
        ("?start_seconds=0", 200, None),
    ],
)
def test_what_is_no_quality_is_refused(tmp_path: Path, query: str, status: int, code: str | None) -> None:
    """A quality, format or place that this server does not know is refused, not silently replaced."""

    async def story(it: Shelf) -> None:
        reply = await it.get("stream", query=query)
        assert reply.status == status
        if code is not None:
            assert reply.code == code

    on_shelf(tmp_path, story)


@pytest.mark.parametrize(
    ("name", "audio_format", "suffix"),
    [
        ("mp3", AudioFormat.MP3, ".mp3"),
        ("flac", AudioFormat.FLAC, ".flac"),
        ("vorbis", AudioFormat.VORBIS, ".ogg"),
        ("opus", AudioFormat.OPUS, ".opus"),
        ("aac", AudioFormat.MP4, ".m4a"),
        ("wav", AudioFormat.WAV, ".wav"),
        ("aiff", AudioFormat.AIFF, ".aiff"),
    ],
)
def test_each_format_has_its_type_and_a_name_to_save_it_under(
    tmp_path: Path, name: str, audio_format: AudioFormat, suffix: str
) -> None:
    """Browsers decide by the type, people by the name."""

    async def story() -> None:
        async with shelf(tmp_path, name=name) as it:
            reply = await it.get("download")
            assert reply.headers["content-type"] == CONTENT_TYPES[audio_format]
            disposition = reply.headers["content-disposition"]
            assert f'filename="Amber_-_Nachtliche_Fahrt{suffix}"' in disposition
            assert f"filename*=UTF-8''%C3%84mber_-_N%C3%A4chtliche_Fahrt{suffix}" in disposition
            assert "content-disposition" not in (await it.get("stream")).headers

    run(story())


def test_one_track_is_told_as_the_feed_tells_it(tmp_path: Path) -> None:
    """And an id that names nothing, or is none, names no track."""

    async def story(it: Shelf) -> None:
        reply = await it.it.ask("GET", f"/api/tracks/{it.track_id}", token=it.token)
        page = (await it.it.ask("GET", "/api/sync/tracks", token=it.token)).json
        assert reply.json == page["tracks"][0]
        for other in (NOWHERE, "1", it.track_id.upper(), "..%2f..%2fetc%2fpasswd", "%00"):
            for what in ("", "/stream", "/download", "/artwork"):
                gone = await it.it.ask("GET", f"/api/tracks/{other}{what}", token=it.token)
                assert gone.status == 404, (other, what)

    on_shelf(tmp_path, story)
