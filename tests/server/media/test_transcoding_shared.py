"""Several processes of one server over one folder: what one of them makes the others do not make again."""

import os
from pathlib import Path

from tests.conftest import run
from tests.makers_scan import until
from tests.server.media.test_transcoding import OPUS, children, heard, long_song, opened, parts, transcoding


def test_who_polls_several_processes_has_it_made_once(tmp_path: Path) -> None:
    """Each request may meet another process: one makes it, and both send the very same file afterwards."""
    song, before = long_song(tmp_path), children()

    async def story() -> None:
        async with transcoding(tmp_path) as (one, _), transcoding(tmp_path) as (other, _):
            key = await one.key_of(b"song", OPUS)
            one.prepare(key, OPUS, opened(song))
            await until(lambda: len(children() - before) == 1)
            for _ in range(3):
                other.prepare(key, OPUS, opened(song))
                await until(lambda: other.running == 0)
                assert len(children() - before) == 1
                assert await other.find(key) is None
            await until(lambda: one.running == 0 and parts(tmp_path) != [".part"])
            sums = set()
            for each in (one, other):
                finished = await each.find(key)
                assert finished is not None
                sums.add(finished.sha256)
                finished.file.close()
            assert len(sums) == 1
            # A request that looked before it was kept, and asks only now.
            other.prepare(key, OPUS, opened(song))
            await until(lambda: other.running == 0)
            assert len(parts(tmp_path)) == 1

    run(story())


def test_who_listens_does_not_wait_for_another_process(tmp_path: Path) -> None:
    """It is made for the listener as well, and whichever is kept is whole."""
    song, before = long_song(tmp_path), children()

    async def story() -> None:
        async with transcoding(tmp_path) as (one, _), transcoding(tmp_path) as (other, _):
            key = await one.key_of(b"song", OPUS)
            one.prepare(key, OPUS, opened(song))
            await until(lambda: len(children() - before) == 1)
            growing = await other.listen(key, OPUS, opened(song), is_kept=True)
            sound = await heard(growing)
            await until(lambda: one.running + other.running == 0 and ".part" not in parts(tmp_path))
            finished = await one.find(key)
            assert finished is not None
            assert os.fstat(finished.file.descriptor).st_size == len(sound)
            finished.file.close()
            assert len(parts(tmp_path)) == 1

    run(story())


def test_what_a_killed_process_had_begun_is_made_by_another(tmp_path: Path) -> None:
    """Its claim ended with it; its beginning does not count."""
    song = long_song(tmp_path)

    async def story() -> None:
        async with transcoding(tmp_path) as (it, cache):
            key = await it.key_of(b"song", OPUS)
            claimed = cache.claim(key)
            assert claimed is not None
            os.write(claimed[0], b"a beginning that nobody ends")
            it.prepare(key, OPUS, opened(song))
            await until(lambda: it.running == 0)
            assert await it.find(key) is None
            os.close(claimed[0])
            it.prepare(key, OPUS, opened(song))
            await until(lambda: it.running == 0 and parts(tmp_path) != [".part"])
            finished = await it.find(key)
            assert finished is not None
            assert os.pread(finished.file.descriptor, 4, 0) == b"OggS"
            finished.file.close()

    run(story())
