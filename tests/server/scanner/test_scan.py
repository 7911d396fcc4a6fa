"""A hostile library, a killed scan, two scanners at once: clear words, no crash, and nothing but the batch is lost."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from soul_player.folders.messages import TagsRequest
from soul_player.folders.pool import WorkerPool
from soul_player.folders.read import perform
from soul_player.protocol.scan import ScanState
from tests.conftest import run
from tests.makers_audio import FORMATS, make_audio
from tests.makers_scan import ChangingReaders, scanned


def hostile(music: Path) -> Path:
    """Eight good songs among all that disks, tools and people come up with."""
    for name in FORMATS:
        make_audio(music / "good" / name, name, tags={"title": f"Good {name}"})
    song = make_audio(music.parent / "untagged", "mp3").read_bytes()
    (music / "empty.mp3").touch()
    (music / "zeros.flac").write_bytes(bytes(100_000))
    for path in sorted((music / "good").iterdir()):
        whole = path.read_bytes()
        (music / f"cut-{path.name}").write_bytes(whole[: len(whole) // 2])
    (music / os.fsdecode(b"caf\xe9")).mkdir()
    (music / os.fsdecode(b"caf\xe9") / os.fsdecode(b"\xff\xfe.mp3")).write_bytes(song)
    make_audio(music / "long", "flac", tags={"title": "x" * 10_000, "artist": "y;" * 5_000, "album": "z" * 10_000})
    (music / "line\nbreak\t\x1b[31m.mp3").write_bytes(song)
    (music.parent / "outside.mp3").write_bytes(song)
    (music / "link.mp3").symlink_to(music.parent / "outside.mp3")
    (music / "loop").symlink_to(music)
    os.mkfifo(music / "pipe.mp3")
    return music


def test_a_hostile_library_is_scanned_to_its_end(tmp_path: Path, store_url: str) -> None:
    """Each bad file is named with its reason, and every good one is a track: with the real worker processes."""

    async def body() -> None:
        music = hostile(tmp_path / "music")
        async with scanned(store_url, music) as library, WorkerPool(2) as pool:
            library.use(pool)
            summary = await library.scan()
            tracks = (await library.tracks()).values()
            assert summary.added == len(tracks) == len(FORMATS) + 3
            names = {each.path.rpartition("/")[2]: each.reason for each in summary.unreadable}
            cut = {f"cut-{path.name}" for path in (music / "good").iterdir()}
            assert set(names) == {"empty.mp3", "zeros.flac", "link.mp3", "pipe.mp3", *cut}
            assert "empty" in names["empty.mp3"]
            assert "cut off" in names["cut-flac.flac"]
            titles = {track.title for track in tracks}
            assert {"x" * 1000, "\ufffd\ufffd", "line break  [31m"} < titles
            assert all(track.file_hash for track in tracks)
            again = await library.scan()
            assert again.unreadable == summary.unreadable

    run(body())


def test_a_bad_file_is_read_again_only_when_it_changes(tmp_path: Path) -> None:
    """One that holds a worker for half a minute must not do so at every scan."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "good", "mp3")
        (music / "bad.flac").write_bytes(b"not yet")
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            await library.scan()
            library.readers.tags_read.clear()
            assert len((await library.scan()).unreadable) == 1
            assert library.readers.tags_read == []
            make_audio(music / "bad.flac", "flac")
            summary = await library.scan()
            assert (summary.added, summary.unreadable) == (1, ())

    run(body())


def test_a_track_whose_file_is_damaged_stays(tmp_path: Path, store_url: str) -> None:
    """A tagger that is just writing, a bad sector: absence of sense is not deletion."""

    async def body() -> None:
        music = tmp_path / "music"
        path = make_audio(music / "song", "flac", seconds=3.0)
        async with scanned(store_url, music) as library:
            await library.scan()
            tracks = await library.tracks()
            whole = path.read_bytes()
            path.write_bytes(whole[: len(whole) // 2])
            summary = await library.scan()
            assert (summary.removed, len(summary.unreadable)) == (0, 1)
            assert await library.tracks() == tracks
            path.write_bytes(whole)
            assert (await library.scan()).unreadable == ()
            assert await library.tracks() == tracks

    run(body())


def test_files_of_a_folder_that_cannot_be_listed_are_not_missing(tmp_path: Path) -> None:
    """A folder whose permission was lost (as a name too long for its parent, which root cannot pass either)."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "closed" / "song", "mp3")
        make_audio(music / "open", "mp3", hertz=300)
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            await library.scan()
            ids = await library.ids()
            closed = music / "closed"
            closed.rename(tmp_path / "kept")
            # A mount that is stale: it is there, and listing it fails.
            with stale_folder(closed):
                summary = await library.scan()
            assert summary.removed == 0
            assert [each.path for each in summary.unreadable] == [str(closed)]
            assert await library.ids() == ids

    run(body())


class stale_folder:  # noqa: N801  # reads like a function
    """A folder that is there and cannot be listed, not even by root: `scandir` fails as on a stale mount."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._scandir = os.scandir

    def __enter__(self) -> None:
        self._path.mkdir()
        closed = os.fsencode(self._path)

        def scandir(path: object) -> object:
            if path == closed:
                raise OSError(116, "Stale file handle")
            return self._scandir(path)  # type: ignore[call-overload]  # whatever the walk passes

        os.scandir = scandir  # type: ignore[assignment]  # the disk's edge

    def __exit__(self, *_: object) -> None:
        os.scandir = self._scandir


def test_a_file_that_changes_behind_the_scan_is_right_after_the_next(tmp_path: Path) -> None:
    """What was read is stored with the state it was read in, so a later change is seen as one."""

    async def body() -> None:
        music = tmp_path / "music"
        path = make_audio(music / "song", "mp3", tags={"title": "first"})
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            changing = ChangingReaders(library, lambda: make_audio(path, "mp3", tags={"title": "second"}))
            library.use(changing)
            await library.scan(hashes=False)
            library.use(library.readers)
            await library.scanner.hash_all()
            (track,) = (await library.tracks()).values()
            assert (track.title, track.file_hash) == ("first", None), "no hash of other bytes under old tags"
            await library.scan()
            (track,) = (await library.tracks()).values()
            assert track.title == "second"
            assert track.file_hash is not None

    run(body())


SCAN_SLOWLY = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from tests.makers_scan import scanned
import soul_player.server.scanner.writing as writing
writing.ROWS_PER_TRANSACTION_MAX = 20

async def main():
    async with scanned(sys.argv[1], Path(sys.argv[2])) as library:
        library.announced = library.scanner._parts.announce.__self__
        async def tell():
            told = 0
            while True:
                if len(library.announced) > told:
                    told = len(library.announced)
                    print(told, flush=True)
                await asyncio.sleep(0)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(tell())
            await library.scan()
            telling.cancel()
        print("done", flush=True)
asyncio.run(main())
"""


def test_a_scan_that_is_killed_costs_the_batch_in_flight_only(tmp_path: Path, store_url: str) -> None:
    """kill -9 in the middle: what was announced is there, with its ids; the next scan adds the rest."""
    music = tmp_path / "music"
    song = make_audio(music / "000", "mp3").read_bytes()
    for number in range(1, 300):
        (music / f"{number:03d}.mp3").write_bytes(song)
    arguments = [sys.executable, "-c", SCAN_SLOWLY, store_url, str(music), str(Path(__file__).parents[3])]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as scanning:
        assert scanning.stdout is not None
        for line in scanning.stdout:
            assert line != "done\n", "it was to be killed before its end"
            if int(line) >= 3:
                os.kill(scanning.pid, signal.SIGKILL)
                break

    async def body() -> None:
        async with scanned(store_url, music) as library:
            survived = await library.ids()
            assert 60 <= len(survived) < 300
            assert await library.head() == len(survived) == len(await library.tracks())
            summary = await library.scan(hashes=False)
            assert summary.added == 300 - len(survived)
            ids = await library.ids()
            assert len(ids) == 300
            assert {path: ids[path] for path in survived} == survived

    run(body())


def test_two_scanners_on_one_store_add_each_file_once(tmp_path: Path, store_url: str) -> None:
    """`soul scan` beside `soul serve`: whoever comes second finds the work done."""

    async def body() -> None:
        music = tmp_path / "music"
        for number in range(30):
            make_audio(music / f"{number}", "mp3", hertz=200 + number, seconds=0.2)
        async with scanned(store_url, music) as one, scanned(store_url, music) as other:
            async with asyncio.TaskGroup() as group:
                scans = [group.create_task(library.scan()) for library in (one, other)]
            assert sorted(scan.result().added for scan in scans) == [0, 30]
            assert len(await one.tracks()) == 30

    run(body())


def test_the_workers_answer_as_the_reader_does(tmp_path: Path) -> None:
    """The tests here read in this process: the processes must come to the same."""
    path = make_audio(tmp_path / "x", "opus", tags={"title": "t"})

    async def body() -> None:
        async with WorkerPool(1) as pool:
            theirs = await pool.read_tags(os.fsencode(tmp_path), [os.fsencode(path.name)])
            assert tuple(theirs) == perform(TagsRequest(os.fsencode(tmp_path), (os.fsencode(path.name),))).answers

    run(body())


def test_a_reader_that_fails_fails_the_scan_and_the_next_one_works(tmp_path: Path) -> None:
    """An error nobody foresaw must not leave the scanner locked."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "x", "mp3")
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:

            def fail() -> None:
                raise RuntimeError("unforeseen")

            library.use(ChangingReaders(library, fail))
            with pytest.raises(RuntimeError, match="unforeseen"):
                await library.scan()
            assert library.scanner.status().state is ScanState.IDLE
            library.use(library.readers)
            assert (await library.scan()).added == 1

    run(body())
