"""Joining two recordings and taking it back: a split is the identity, however many joins there were."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.dedupe.evidence import Evidence, Method, Veto
from soul_player.client.dedupe.links import NoSuchLink, join, links_of, split
from soul_player.database.access import Database, Reader
from tests.client.dedupe.libraries import NOW_MS, arrive, clusters, everything, library_of, match, track
from tests.conftest import run

EVIDENCE = Evidence(Method.PERSON, 1.0, (Veto.VERSION,))


async def join_entries(library: Database, entry_id: int, other_entry_id: int) -> int | None:
    """The recordings of these two entries become one; None when they are."""
    (mine,) = [cluster for cluster in await clusters(library) if entry_id in cluster]
    if other_entry_id in mine:
        return None
    tracks = await library.read(_tracks)
    return await library.write(
        join,
        tracks[other_entry_id],
        tracks[entry_id],
        entries=(entry_id, other_entry_id),
        evidence=EVIDENCE,
        now_ms=NOW_MS,
    )


async def _tracks(library: Reader) -> dict[int, int]:
    return dict(await library.all("SELECT id, track_id FROM track_sources"))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=8))
def test_joins_taken_back_in_reverse_leave_no_trace(pairs: list[tuple[int, int]]) -> None:
    """Every merge can be undone."""

    async def scenario(home: Path) -> None:
        async with library_of(home, *"abcdef") as (library, sources):
            for number, source in enumerate(sources):
                await arrive(library, source, track(number, f"Morning {number}", artist=f"Artist {number}"))
            seen = [await everything(library)]
            made: list[int] = []
            for entry_id, other in pairs:
                link_id = await join_entries(library, entry_id, other)
                if link_id is not None:
                    made.append(link_id)
                    seen.append(await everything(library))
            while made:
                assert await everything(library) == seen.pop()
                await library.write(split, made.pop())
            assert await everything(library) == seen.pop()

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=8), st.data())
def test_links_are_taken_back_in_any_order(pairs: list[tuple[int, int]], data: st.DataObject) -> None:
    """What hangs together by other links stays together; at the end all are apart."""

    async def scenario(home: Path) -> None:
        async with library_of(home, *"abcdef") as (library, sources):
            for number, source in enumerate(sources):
                await arrive(library, source, track(number, f"Morning {number}", artist=f"Artist {number}"))
            made: dict[int, tuple[int, int]] = {}
            for pair in pairs:
                link_id = await join_entries(library, *pair)
                if link_id is not None:
                    made[link_id] = pair
            while made:
                link_id = data.draw(st.sampled_from(sorted(made)))
                del made[link_id]
                await library.write(split, link_id)
                assert sorted(map(sorted, await clusters(library))) == _components(made.values())

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


def test_a_link_keeps_why_it_was_made(tmp_path: Path) -> None:
    """So that a person can judge it."""

    async def scenario() -> None:
        async with library_of(tmp_path, "a", "b") as (library, (a, b)):
            await arrive(library, a, track(1))
            await arrive(library, b, track(2, "Other Song", artist="Other Band", album="Other"))
            await match(library)
            await join_entries(library, 2, 1)
            (link,) = await library.read(links_of, 1)
            assert (link.entry_id, link.other_entry_id, link.former_track_id) == (2, 1, 2)
            assert link.evidence == EVIDENCE

    run(scenario())


def test_a_link_is_taken_back_once(tmp_path: Path) -> None:
    """The second time there is none."""

    async def scenario() -> None:
        async with library_of(tmp_path, "a") as (library, _):
            with pytest.raises(NoSuchLink):
                await library.write(split, 7)

    run(scenario())


def _components(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    groups = [{number} for number in range(1, 7)]
    for a, b in pairs:
        first, second = (next(group for group in groups if end in group) for end in (a, b))
        if first is not second:
            groups.remove(second)
            first |= second
    return sorted(sorted(group) for group in groups)
