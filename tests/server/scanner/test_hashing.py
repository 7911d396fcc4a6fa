"""Hashes and pictures arrive as updates, a file that is asked for at once, and never those of other bytes."""

import asyncio
import hashlib
from pathlib import Path

from soul_player.folders.pool import WorkersUnavailable
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.scan import ScanState
from tests.audio.test_artwork import picture
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_scan import scanned, until


def test_a_file_that_is_asked_for_is_hashed_at_once_and_its_row_follows(tmp_path: Path, store_url: str) -> None:
    """A download must not wait until a library of a million files is hashed."""

    async def body() -> None:
        music = tmp_path / "music"
        paths = [make_audio(music / name, "mp3", hertz=hertz) for name, hertz in (("a", 300), ("b", 400), ("c", 500))]
        async with scanned(store_url, music) as library:
            await library.scan(hashes=False)
            ids = await library.ids()
            found = await library.scanner.hash_now(id_bytes(ids["b.mp3"]))
            assert found == hashlib.sha256(paths[1].read_bytes()).digest()
            assert library.readers.hashed == [b"b.mp3"]
            hashed = {track.id: track.file_hash for track in (await library.tracks()).values() if track.file_hash}
            assert hashed == {ids["b.mp3"]: f"sha256:{found.hex()}"}
            await library.scanner.hash_all()
            assert sorted(library.readers.hashed) == [b"a.mp3", b"b.mp3", b"c.mp3"], "none is hashed twice"

    run(body())


def test_a_file_that_was_replaced_is_told_as_it_is_now(tmp_path: Path, store_url: str) -> None:
    """Asked for between its replacement and the next scan: hash and tags of one and the same file."""

    async def body() -> None:
        music = tmp_path / "music"
        path = make_audio(music / "song", "flac", tags={"title": "before"})
        async with scanned(store_url, music) as library:
            await library.scan()
            (track_id,) = (await library.ids()).values()
            make_audio(path, "flac", hertz=700, tags={"title": "after"})
            found = await library.scanner.hash_now(id_bytes(track_id))
            (track,) = (await library.tracks()).values()
            assert (track.id, track.title) == (track_id, "after")
            assert track.file_hash == f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
            assert found is not None
            assert track.file_hash == f"sha256:{found.hex()}"
            summary = await library.scan()
            assert (summary.updated, summary.added, summary.removed) == (0, 0, 0)

    run(body())


def test_what_is_gone_has_no_hash(tmp_path: Path) -> None:
    """Deleted, never there: the caller answers that it is gone."""

    async def body() -> None:
        music = tmp_path / "music"
        path = make_audio(music / "song", "mp3")
        make_audio(music / "other", "wav")
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            await library.scan()
            song = id_bytes((await library.ids())["song.mp3"])
            path.unlink()
            assert await library.scanner.hash_now(song) is None
            await library.scan()
            assert await library.scanner.hash_now(song) is None
            assert await library.scanner.hash_now(bytes(16)) is None

    run(body())


def test_a_picture_that_comes_changes_or_goes_reaches_the_clients(tmp_path: Path, store_url: str) -> None:
    """A cover laid into an album's folder, which changes none of its files."""

    async def body() -> None:
        music = tmp_path / "music"
        for album in ("one", "two"):
            for number in range(2):
                make_audio(music / album / f"{number}", "mp3", hertz=300 + number + 100 * len(album))
        async with scanned(store_url, music) as library:

            async def pictures() -> list[str | None]:
                await library.scan()
                ids, tracks = await library.ids(), await library.tracks()
                return [tracks[ids[path]].artwork_id for path in sorted(ids)]

            assert await pictures() == [None] * 4
            head = await library.head()
            (music / "one" / "cover.png").write_bytes(picture("red"))
            red = await pictures()
            assert red[0] is not None
            assert red == [red[0], red[0], None, None]
            assert await library.head() == head + 2, "only the album's own tracks moved"
            (music / "one" / "cover.png").write_bytes(picture("blue"))
            blue = await pictures()
            assert blue[0] not in (None, red[0])
            library.readers.hashed.clear()
            assert await pictures() == blue
            assert library.readers.hashed == []
            (music / "one" / "cover.png").unlink()
            assert await pictures() == [None] * 4

    run(body())


class TiredReaders:
    """Cannot read at first: no process can be started."""

    def __init__(self, readers: object, failures: int) -> None:
        self._readers, self._failures = readers, failures

    async def read_tags(self, root: bytes, paths: list[bytes]) -> object:
        if self._failures:
            self._failures -= 1
            raise WorkersUnavailable("out of memory")
        return await self._readers.read_tags(root, paths)  # type: ignore[attr-defined]  # whatever it was given

    async def hash_files(self, root: bytes, paths: list[bytes], *, size_bytes: int) -> object:
        return await self._readers.hash_files(root, paths, size_bytes=size_bytes)  # type: ignore[attr-defined]  # same


def test_a_running_scanner_gets_over_trouble(tmp_path: Path) -> None:
    """No memory for a moment: the scan is tried again, whoever waits for it is told, and no file is to blame."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "song", "mp3")
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            library.scanner._retry_seconds = 0.05
            library.use(TiredReaders(library.readers, failures=2))
            asked = library.scanner.request()
            async with asyncio.TaskGroup() as group:
                running = group.create_task(library.scanner.run())
                await asyncio.wait([asked])
                assert asked.cancelled()
                await until(lambda: library.scanner.status().last is not None)
                await until(lambda: library.scanner.status().state is ScanState.IDLE)
                assert len(await library.tracks()) == 1
                running.cancel()

    run(body())
