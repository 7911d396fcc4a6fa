"""A running scanner: one settled scan for each burst, requests that fold, and a progress to look at."""

import asyncio
import time
from pathlib import Path

from soul_player.protocol.scan import ScanState
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_scan import ChangingReaders, scanned, until


def test_requests_while_a_scan_runs_fold_into_one_more(tmp_path: Path) -> None:
    """A watcher and three impatient people cause two scans, not five; each of them is told the result."""

    async def body() -> None:
        music = tmp_path / "music"
        make_audio(music / "one", "mp3")
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library, asyncio.TaskGroup() as group:
            running = group.create_task(library.scanner.run())
            first = library.scanner.request()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            make_audio(music / "two", "mp3", hertz=300)
            later = [library.scanner.request() for _ in range(3)]
            assert len({id(future) for future in later}) == 1
            assert (await first).added + (await later[0]).added == 2
            running.cancel()

    run(body())


def test_the_watcher_turns_a_burst_into_one_settled_scan(tmp_path: Path) -> None:
    """Twenty files copied over two seconds are there within ten, after one scan, hashed, with a state to look at."""

    async def body() -> None:
        music = tmp_path / "music"
        song = make_audio(music / "first", "mp3").read_bytes()
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            scans = []
            honest = library.scanner.scan

            async def counted(*, full: bool = False) -> object:
                scans.append(time.monotonic())
                return await honest(full=full)

            library.scanner.scan = counted  # type: ignore[method-assign, assignment]  # only to count
            async with asyncio.TaskGroup() as group:
                running = group.create_task(library.scanner.run())
                await until(lambda: len(scans) >= 2 and library.scanner.status().state is ScanState.IDLE)
                before = len(scans)
                for number in range(20):
                    (music / f"{number}.mp3").write_bytes(song)
                    await asyncio.sleep(0.1)
                begun = time.monotonic()
                while len(await library.tracks()) < 21:
                    await asyncio.sleep(0.1)
                    assert time.monotonic() - begun < 10
                await until(lambda: library.scanner.status().state is ScanState.IDLE)
                assert len(scans) == before + 1
                assert all(track.file_hash for track in (await library.tracks()).values())
                running.cancel()

    run(body())


def test_the_progress_is_told_by_phase(tmp_path: Path) -> None:
    """A library of any size is browsable within minutes: meanwhile people want to see it grow."""

    async def body() -> None:
        music = tmp_path / "music"
        for number in range(130):
            make_audio(music / f"{number}", "wav", seconds=0.1, hertz=100 + number % 2)
        async with scanned(f"sqlite:///{tmp_path}/s.db", music) as library:
            seen: list[tuple[str, int, int]] = []

            def look() -> None:
                status = library.scanner.status()
                assert status.progress is not None
                seen.append((status.progress.phase, status.progress.done, status.progress.total))

            library.use(ChangingReaders(library, look))
            assert library.scanner.status().state is ScanState.IDLE
            summary = await library.scan()
            assert ("tags", 64, 130) in seen
            status = library.scanner.status()
            assert (status.state, status.progress, status.last) == (ScanState.IDLE, None, summary)

    run(body())
