"""m3u8 files, in and out."""

from pathlib import Path

import pytest

from soul_player.client.edits.playlist_files import FileLine, m3u8_text, match_lines, read_m3u8, still_there
from soul_player.client.errors import EditInvalid, TrackNotFound
from soul_player.client.library.model import LocalTrackId
from soul_player.client.library.playlists import list_entries, list_playlists
from soul_player.database.access import Reader, Row, Value, Writer
from tests.client.edits.homes import a_home
from tests.conftest import run

FILE = """\ufeff#EXTM3U
#PLAYLIST: Abend
#EXTINF:200,Artist 1 - Title 1
C:\\Music\\gone.flac

#EXTINF:-1,Title 2
elsewhere/two.mp3
# a comment
/music/Artist 3 - Title 3.flac
#EXTINF:20,Artist 4 - Title 4
four.mp3
FOUR.flac
"""
PUT_PATH = "UPDATE track_sources SET path = '/here/Four.flac' WHERE title = 'Title 4'"


def test_a_file_of_another_player_is_read() -> None:
    """A byte order mark, backslashes, comments, blank lines, an unknown length, a name without words."""
    name, lines = read_m3u8(FILE)
    assert name == "Abend"
    assert [(line.number, line.artist, line.title, line.duration_seconds) for line in lines] == [
        (4, "Artist 1", "Title 1", 200.0),
        (7, None, "Title 2", None),
        (9, None, None, None),
        (11, "Artist 4", "Title 4", 20.0),
        (12, None, None, None),
    ]


def test_lines_match_by_file_name_and_by_words_and_the_rest_is_told(tmp_path: Path) -> None:
    """Twenty seconds are not the two hundred of the track of that name; its file's name is."""

    async def story() -> None:
        async with a_home(tmp_path) as home:

            async def put(library: Writer) -> None:
                await library.run(PUT_PATH)

            await home.library.write(put)
            done = await home.edits.import_m3u8(FILE, name="unnamed", source_id=home.source_id)
            assert (done.name, done.matched, [line.number for line in done.unmatched]) == ("Abend", 4, [11])
            entries = await home.library.read(list_entries, done.playlist_id)
            assert [entry.title for entry in entries] == ["Title 1", "Title 2", "Title 3", "Title 4"]

    run(story())


def test_what_goes_out_comes_in_again_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            playlist = await home.edits.create_playlist("Night\nDrive", source_id=home.source_id)
            await home.edits.add_entries(playlist, [home.tracks[2], home.tracks[0], home.tracks[2]])
            text = await home.edits.export_m3u8(playlist)
            done = await home.edits.import_m3u8(text, name="unnamed")
            assert (done.name, done.matched, done.unmatched) == ("Night Drive", 3, ())
            before, after = [
                [entry.title for entry in await home.library.read(list_entries, one)]
                for one in (playlist, done.playlist_id)
            ]
            assert before == after

    run(story())


def test_the_name_of_a_file_goes_out_to_the_letter(tmp_path: Path) -> None:
    """Two spaces, and signs that are line breaks to some: another name is another file to every player."""
    odd = "/here/Artist  -  Live\u2028 at\x0b home.flac"

    async def story() -> None:
        async with a_home(tmp_path) as home:
            for title, path in (("Title 0", odd), ("Title 1", b"/here/Caf\xe9.flac"), ("Title 2", "/here/a\nb.flac")):
                await home.library.write(_put_path, title, path)
            playlist = await home.edits.create_playlist("Odd", source_id=home.source_id)
            await home.edits.add_entries(playlist, home.tracks[:3])
            text = await home.edits.export_m3u8(playlist)
            # What no line of such a file can hold is named by its words.
            assert [line.location for line in read_m3u8(text)[1]] == [odd, "Artist 1 - Title 1", "Artist 2 - Title 2"]
            done = await home.edits.import_m3u8(text, name="unnamed")
            assert (done.matched, done.unmatched) == (3, ())

    run(story())


async def _put_path(library: Writer, title: str, path: str | bytes) -> None:
    await library.run("UPDATE track_sources SET path = :path WHERE title = :title", path=path, title=title)


def test_a_name_that_is_too_long_is_told_as_it_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            done = await home.edits.import_m3u8("#EXTM3U\n", name="x" * 900)
            (playlist,) = await home.library.read(list_playlists)
            assert done.name == playlist.name

    run(story())


@pytest.mark.parametrize(
    "content",
    [
        "#EXTM3U\nÉté.mp3\n".encode(),
        "#EXTM3U\nÉté.mp3\n".encode("utf-8-sig"),
        "#EXTM3U\r\nÉté.mp3\r\n".encode("cp1252"),
        "#EXTM3U\r\nÉté.mp3\r\n".encode("utf-16"),
    ],
)
def test_a_file_is_read_in_the_letters_it_was_written_in(content: bytes) -> None:
    """`.m3u` files of Windows are older than UTF-8."""
    (line,) = read_m3u8(m3u8_text(content))[1]
    assert line.location == "Été.mp3"


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", b"ID3\x04\0", b"\xff\xfe\x00\xd8", b"caf\x81\xe9"])
def test_what_is_no_text_is_no_playlist(content: bytes) -> None:
    """Half a picture's bytes would be tracks that nobody has."""
    with pytest.raises(EditInvalid, match="no text"):
        m3u8_text(content)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", EditInvalid, "names no track"),
        ("\n \n# only a comment\n", EditInvalid, "names no track"),
        ("<!DOCTYPE html>\n<title>Not found</title>\n", TrackNotFound, "none of the 2 .* line 1 says <!DOCTYPE html>"),
        ("#EXTM3U\n/music/nothing.mp3\n", TrackNotFound, "the only track .* line 2 says /music/nothing.mp3"),
        ("x" * 100_000, TrackNotFound, "x{200}$"),
    ],
)
def test_a_file_of_which_nothing_is_here_leaves_no_playlist_behind(
    tmp_path: Path, text: str, kind: type[Exception], said: str
) -> None:
    """An empty one in the list, and on every device of its owner, was not what was asked for."""

    async def story() -> None:
        async with a_home(tmp_path) as home:
            with pytest.raises(kind, match=said):
                await home.edits.import_m3u8(text, name="unnamed", source_id=home.source_id)
            assert await home.library.read(list_playlists) == []
            assert await home.library.read(_waiting) == []

    run(story())


async def _waiting(library: Reader) -> list[Row]:
    return await library.all("SELECT op_id FROM sync_queue")


class Counting:
    """A reader that counts what is asked."""

    def __init__(self, library: Reader) -> None:
        self.engine = library.engine
        self.asked = 0
        self._library = library

    async def all(self, sql: str, /, **values: Value) -> list[Row]:
        """As it is."""
        self.asked += 1
        return await self._library.all(sql, **values)

    async def one(self, sql: str, /, **values: Value) -> Row | None:
        """As it is."""
        self.asked += 1
        return await self._library.one(sql, **values)


def test_a_long_file_costs_no_more_looks_through_the_library_than_a_short_one(tmp_path: Path) -> None:
    """A look a line would take hours of a large library; nor is the library held for writing meanwhile."""
    lines = [FileLine(number, f"Artist {number % 7} - Title {number % 7}.mp3") for number in range(1, 2_001)]

    async def match(library: Reader) -> tuple[int, int]:
        counting = Counting(library)
        return sum(one is not None for one in await match_lines(counting, lines)), counting.asked

    async def story() -> None:
        async with a_home(tmp_path) as home:
            matched, asked = await home.library.read(match)
            assert matched == sum(line.number % 7 < 5 for line in lines)
            assert asked <= 3

    run(story())


def test_what_went_between_the_look_and_the_edit_is_told_as_unmatched(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            there = await home.library.read(still_there, [home.tracks[0], LocalTrackId(4_711)])
            assert there == {home.tracks[0]}

    run(story())
