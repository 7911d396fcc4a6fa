"""Matching runs behind the syncs: it stands back for them, tells how far it is, and loses nothing when it is cut."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soul_player.client.dedupe.entries import count_waiting
from soul_player.client.events import Events, MatchingFinished, MatchingProgress
from soul_player.client.sync.gate import SyncGate
from soul_player.client.sync.matching import LOOK_SECONDS, Matching
from soul_player.database.access import Database, Writer
from soul_player.database.errors import DatabaseFull
from soul_player.database.sqlite import Threads
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.protocol.track import Track
from tests.client.dedupe.libraries import arrive, clusters, library_of, rows_of, track
from tests.conftest import run
from tests.simulation.clock import VirtualLoop
from tests.simulation.templates import in_virtual_time

MANY = 3_000
CUT_SECONDS = 0.1


class Said:
    """Of a library nothing is committed to, but what this says; and fingerprints of which there are none."""

    def __init__(self) -> None:
        self.commits = 1
        self.listened = 0

    def version(self) -> int:
        """Another number, another commit."""
        return self.commits

    async def listen(self, stops: Callable[[], bool]) -> int:
        """One more time."""
        self.listened += 1
        return 0


def matching_of(
    library: Database, gate: SyncGate | None = None, events: Events | None = None, said: Said | None = None
) -> Matching:
    """As the client wires it."""
    said = said or Said()
    return Matching(
        library, events or Events(), gate or SyncGate(), SystemClock(), SystemRandomness(), commits=said.version,
        get_fingerprints=said.listen,
    )  # fmt: skip


def songs(beginning: int = 0) -> list[Track]:
    """Many, each with an id by which another source's is known to be the same."""
    return [
        track(beginning + number, f"Song {number}", musicbrainz_recording_id=f"mb-{number}") for number in range(MANY)
    ]


def test_it_stands_back_while_a_source_syncs_and_goes_on_after(tmp_path: Path) -> None:
    """A sync waits for nothing."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, track(1))
            await arrive(library, friend, track(2))
            gate = SyncGate()
            async with asyncio.TaskGroup() as tasks:
                with gate.syncing():
                    running = tasks.create_task(matching_of(library, gate).run())
                    await asyncio.sleep(0.05)
                    assert await library.read(count_waiting) == 2
                result = await running
            assert (result.matched, result.joined, result.is_complete) == (2, 1, True)
            assert await clusters(library) == [{1, 2}]

    run(scenario())


def test_a_sync_that_begins_ends_the_batch_that_is_under_way(tmp_path: Path) -> None:
    """It waits for a track at most, not for hundreds."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", runner=Threads()) as (library, (home,)):
            await arrive(library, home, *songs())
            gate, events = SyncGate(), Events()
            with events.subscribe() as told:
                async with asyncio.TaskGroup() as tasks:
                    running = tasks.create_task(matching_of(library, gate, events).run())
                    first = await anext(told)
                    with gate.syncing():
                        began = time.monotonic()
                        await library.write(_nothing)
                        assert time.monotonic() - began < 1.0
                        await asyncio.sleep(0.3)
                        held = await library.read(count_waiting)
                        assert held > 0
                        await asyncio.sleep(0.1)
                        assert await library.read(count_waiting) == held
                    assert (await running).matched == MANY
            assert isinstance(first, MatchingProgress)
            assert (first.total, 0 < first.done < MANY) == (MANY, True)

    run(scenario())


def test_cancelled_it_returns_at_once_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """Nothing is matched twice, and nothing is left out."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", runner=Threads()) as (library, (home,)):
            await arrive(library, home, *songs())
            matching = matching_of(library)
            async with asyncio.TaskGroup() as tasks:
                running = tasks.create_task(matching.run())
                await asyncio.sleep(0.2)
                began = time.monotonic()
                matching.cancel()
                cut = await running
            # Twice the promise: the machine that runs this may be busy.
            assert time.monotonic() - began < 2 * CUT_SECONDS
            assert (cut.is_complete, 0 < cut.matched < MANY) == (False, True)
            rest = await matching.run()
            assert (rest.is_complete, cut.matched + rest.matched) == (True, MANY)

    run(scenario())


def test_a_task_that_is_torn_away_leaves_the_queue_whole(tmp_path: Path) -> None:
    """As when a program ends in the middle."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend", runner=Threads()) as (library, (home, friend)):
            await arrive(library, home, *songs())
            await arrive(library, friend, *songs(MANY))
            for _ in range(3):
                async with asyncio.TaskGroup() as tasks:
                    task = tasks.create_task(matching_of(library).run())
                    await asyncio.sleep(0.15)
                    task.cancel()
                assert task.cancelled()
            await matching_of(library).run()
            assert await library.read(count_waiting) == 0
            counted = "SELECT COUNT(*), COUNT(DISTINCT track_id) FROM track_sources"
            assert await rows_of(library, counted) == [(2 * MANY, MANY)]

    run(scenario())


def test_a_newer_normaliser_is_noticed_at_the_next_run(tmp_path: Path) -> None:
    """The program was updated: what it could not see before is looked at again."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home") as (library, (home,)):
            await arrive(library, home, track(1), track(2, "Other"))
            matching = matching_of(library)
            assert (await matching.run()).matched == 2
            assert (await matching.run()).matched == 0
            await library.write(_age)
            assert (await matching.run()).matched == 2

    run(scenario())


def test_a_program_that_stays_matches_what_comes(tmp_path: Path) -> None:
    """It is told, and need not look each moment."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            events = Events()
            matching = matching_of(library, events=events)
            with events.subscribe() as told:
                async with asyncio.TaskGroup() as tasks:
                    keeping = tasks.create_task(matching.keep_up())
                    await arrive(library, home, track(1))
                    await arrive(library, friend, track(2))
                    matching.stir()
                    async with asyncio.timeout(5):
                        while not isinstance(event := await anext(told), MatchingFinished):
                            pass
                    assert (event.joined, event.asked) == (1, 0)
                    keeping.cancel()

    run(scenario())


def test_while_nothing_is_committed_nothing_is_looked_for(tmp_path: Path) -> None:
    """What is undecided may be a third of a library: it is gone through when something may be different."""

    async def scenario(loop: VirtualLoop) -> None:
        async with library_of(tmp_path, "Home") as (library, _):
            said = Said()
            matching = matching_of(library, said=said)
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(matching.keep_up())
                await asyncio.sleep(86_400)
                assert said.listened == 1
                said.commits += 1
                await asyncio.sleep(86_400)
                assert said.listened == 2, "an edit, or another process"
                matching.stir()
                await asyncio.sleep(1.0)
                assert said.listened == 3, "a sync ended"
                keeping.cancel()

    in_virtual_time(1, scenario)


def test_what_could_not_be_done_is_tried_again_though_nothing_is_committed(tmp_path: Path) -> None:
    """A disk that is full is not told to be less full."""

    async def scenario(loop: VirtualLoop) -> None:
        async with library_of(tmp_path, "Home") as (library, _):
            said = Said()
            matching = matching_of(Failing(library, times=3), said=said)  # type: ignore[arg-type]  # as much as it uses
            async with asyncio.TaskGroup() as tasks:
                keeping = tasks.create_task(matching.keep_up())
                await asyncio.sleep(2.5 * LOOK_SECONDS)
                assert said.listened == 0
                await asyncio.sleep(LOOK_SECONDS)
                assert said.listened == 1
                keeping.cancel()

    in_virtual_time(1, scenario)


class Failing:
    """A library whose disk is full for some transactions."""

    def __init__(self, library: Database, *, times: int) -> None:
        self._library = library
        self._times = times
        self.read = library.read

    async def write(self, *args: Any, **options: Any) -> Any:
        """Sooner or later."""
        if self._times > 0:
            self._times -= 1
            raise DatabaseFull("no room")
        return await self._library.write(*args, **options)


async def _nothing(library: Writer) -> None:
    """An edit that wants its turn."""


async def _age(library: Writer) -> None:
    await library.run("UPDATE match_texts SET version = 0")
