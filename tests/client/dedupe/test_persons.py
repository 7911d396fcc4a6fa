"""A person's hand on recordings: whatever is joined, taken out, synced or removed, each keeps its own."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from soul_player.client.dedupe.evidence import Evidence, Method
from soul_player.client.dedupe.links import join, split
from soul_player.client.dedupe.persons import compare_recordings, merge_recordings, take_out, were_refused
from soul_player.client.library.marks import refresh_marks
from soul_player.client.library.model import LocalTrackId, SourceId
from soul_player.database.access import Database, Row, Writer
from soul_player.protocol.track import Track
from tests.client.dedupe.libraries import NOW_MS, arrive, clusters, everything, library_of, match, rows_of, track
from tests.client.dedupe.test_links import join_entries
from tests.client.dedupe.test_references import ENTRIES, PLAYS, SAID, SHOWN, _play, _put, _say
from tests.conftest import run

NUMBERS = range(1, 7)
PAIRS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=7)
WORDS_OF = "SELECT rowid FROM track_words WHERE track_words MATCH '\"anew\"' ORDER BY rowid"


async def fill(library: Database, sources: list[SourceId]) -> None:
    """Six songs of six sources, each with a play, a place in a playlist and a word of the listener."""
    for number, source in zip(NUMBERS, sources, strict=True):
        await arrive(library, source, song(number))
        await library.write(_play, bytes([number]), number)
        await library.write(_put, bytes([number]), number)
        await library.write(_say, number, number % 2, number * 10, number)
        await library.write(refresh_marks, LocalTrackId(number))


def song(number: int, title: str = "Morning", **values: object) -> Track:
    """One that nothing else looks like."""
    return track(number, f"{title} {number}", artist=f"Artist {number}", album=f"Album {number}", **values)


async def shown(library: Database) -> list[list[Row]]:
    """What a listener sees, to the last row."""
    mine = [await rows_of(library, sql) for sql in (PLAYS, ENTRIES, SAID, SHOWN, WORDS_OF)]
    return [*await everything(library), *mine]


async def assert_trees(library: Database) -> None:
    """Links make one tree of each recording, and each can be taken back."""
    entries: dict[int, int] = dict(await rows_of(library, "SELECT id, track_id FROM track_sources"))
    links = await rows_of(library, "SELECT entry_id, other_entry_id, track_id, former_track_id FROM links")
    tracks = {row[0] for row in await rows_of(library, "SELECT id FROM tracks")}
    assert len(links) == len(entries) - len(set(entries.values()))
    assert all(entries[link[0]] == entries[link[1]] == link[2] for link in links)
    formers = [link[3] for link in links]
    assert len(set(formers)) == len(formers)
    assert not tracks & set(formers)


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.lists(st.integers(1, 6), max_size=6))
def test_merge_then_split_is_the_identity_also_with_syncs_in_between(
    pairs: list[tuple[int, int]], changed: list[int]
) -> None:
    """Beside a library that was never merged: shown fields, words, plays, playlists and marks are the same."""

    async def scenario(home: Path) -> None:
        async with (
            library_of(home / "merged", *"abcdef") as (merged, sources),
            library_of(home / "plain", *"abcdef") as (plain, _),
        ):
            await fill(merged, sources)
            await fill(plain, sources)
            made = [link for pair in pairs if (link := await join_entries(merged, *pair)) is not None]
            for library in (merged, plain):
                for run_number, number in enumerate(changed, start=2):
                    await arrive(library, sources[number - 1], song(number, "Anew", year=1990), run=run_number)
            for link in reversed(made):
                await merged.write(split, link)
            assert await shown(merged) == await shown(plain)

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.data())
def test_joins_taken_back_in_any_order_give_each_its_own_back(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    """Also the links in the middle of others: plays, playlists, marks and words end where they began."""

    async def scenario(home: Path) -> None:
        async with library_of(home, *"abcdef") as (library, sources):
            await fill(library, sources)
            before = await shown(library)
            made = [link for pair in pairs if (link := await join_entries(library, *pair)) is not None]
            while made:
                link = data.draw(st.sampled_from(made))
                made.remove(link)
                await library.write(split, link)
                await assert_trees(library)
            assert await shown(library) == before

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.integers(1, 6))
def test_a_track_that_is_taken_out_leaves_the_rest_together(pairs: list[tuple[int, int]], out: int) -> None:
    """And is never joined with any of them by itself again."""

    async def scenario(home: Path) -> None:
        async with library_of(home, *"abcdef") as (library, sources):
            await fill(library, sources)
            for pair in pairs:
                await join_entries(library, *pair)
            (mine,) = [cluster for cluster in await clusters(library) if out in cluster]
            if len(mine) == 1:
                return
            before = [cluster for cluster in await clusters(library) if out not in cluster]
            own = await library.write(take_out, out, now_ms=NOW_MS)
            assert sorted(map(sorted, await clusters(library))) == sorted(map(sorted, [*before, {out}, mine - {out}]))
            await assert_trees(library)
            tracks: dict[int, int] = dict(await rows_of(library, "SELECT id, track_id FROM track_sources"))
            rest = tracks[min(mine - {out})]
            assert await library.read(were_refused, own, rest)
            plays: dict[bytes, int] = dict(await rows_of(library, PLAYS))
            assert plays[bytes([out])] == own

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.sets(st.integers(1, 6), min_size=1, max_size=4))
def test_what_is_left_when_sources_go_stays_whole(pairs: list[tuple[int, int]], gone: set[int]) -> None:
    """A recording outlives the source by which its parts were found to be one."""

    async def scenario(home: Path) -> None:
        async with library_of(home, *"abcdef") as (library, sources):
            await fill(library, sources)
            for pair in pairs:
                await join_entries(library, *pair)
            wanted = [left for cluster in await clusters(library) if (left := cluster - gone)]
            for number in sorted(gone):
                await library.write(_remove_entries, sources[number - 1])
            assert sorted(map(sorted, await clusters(library))) == sorted(map(sorted, wanted))
            await assert_links_alive(library)
            for (link_id,) in await rows_of(library, "SELECT id FROM links ORDER BY id"):
                await library.write(split, link_id)
            assert set(map(len, await clusters(library))) <= {1}

    with tempfile.TemporaryDirectory() as home:
        run(scenario(Path(home)))


async def assert_links_alive(library: Database) -> None:
    """None names an entry that is gone."""
    entries = {row[0] for row in await rows_of(library, "SELECT id FROM track_sources")}
    links = await rows_of(library, "SELECT entry_id, other_entry_id FROM links")
    assert all({*link} <= entries and link[0] != link[1] for link in links)


def test_a_merge_by_hand_overrides_what_was_refused(tmp_path: Path) -> None:
    """The last word counts, and lasts."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, track(1))
            await arrive(library, friend, track(2))
            await match(library)
            await library.write(take_out, 2, now_ms=NOW_MS)
            await arrive(library, friend, track(2, year=1999), run=2)
            await match(library)
            assert await clusters(library) == [{1}, {2}]
            pair = await library.read(compare_recordings, 1, 2)
            assert pair is not None
            await library.write(merge_recordings, pair, now_ms=NOW_MS)
            assert not await library.read(were_refused, 1, 2)
            assert await clusters(library) == [{1, 2}]

    run(scenario())


def test_two_recordings_of_several_tracks_become_one_when_a_hash_says_so(tmp_path: Path) -> None:
    """Words never make a recording larger that is one already; equal bytes do."""

    async def scenario() -> None:
        async with library_of(tmp_path, *"abcd") as (library, sources):
            other = {"artist": "Somebody Else", "album": "Other", "duration_seconds": 240.0}
            await arrive(library, sources[0], track(1))
            await arrive(library, sources[1], track(2))
            await arrive(library, sources[2], track(3, "Wholly Other", **other))
            await arrive(library, sources[3], track(4, "Wholly Other", **other))
            await match(library)
            assert await clusters(library) == [{1, 2}, {3, 4}]
            await arrive(library, sources[1], track(2, audio_hash="v1:ab"), run=2)
            await arrive(library, sources[3], track(4, "Wholly Other", audio_hash="v1:ab", **other), run=2)
            await match(library)
            assert await clusters(library) == [{1, 2, 3, 4}]
            await assert_trees(library)

    run(scenario())


async def _remove_entries(library: Writer, source_id: SourceId) -> None:
    await library.run("DELETE FROM track_sources WHERE source_id = :source", source=source_id)


def test_a_join_keeps_what_was_seen(tmp_path: Path) -> None:
    """The method and the score of the machine's own joins survive a part being taken out between them."""

    async def scenario() -> None:
        async with library_of(tmp_path, *"abc") as (library, sources):
            for number, source in enumerate(sources, start=1):
                await arrive(library, source, track(number))
            evidence = Evidence(Method.HASH, 0.5)
            await library.write(join, 1, 2, entries=(2, 1), evidence=evidence, now_ms=NOW_MS)
            await library.write(join, 1, 3, entries=(3, 1), evidence=evidence, now_ms=NOW_MS)
            await library.write(take_out, 1, now_ms=NOW_MS)
            assert await clusters(library) == [{1}, {2, 3}]
            assert await rows_of(library, "SELECT method, score FROM links") == [("hash", 0.5)]

    run(scenario())
