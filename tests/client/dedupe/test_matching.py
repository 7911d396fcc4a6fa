"""Matching in a real library: behind the sync, crash-safe, in any order, and again when something changes."""

import itertools
from pathlib import Path

import msgspec
import pytest

from benchmarks.library import generate_tracks
from soul_player.client.dedupe.decide import Ask, New, Same
from soul_player.client.dedupe.entries import count_waiting, queue_old_entries
from soul_player.client.dedupe.evidence import Method
from soul_player.client.dedupe.links import links_of
from soul_player.client.dedupe.matching import match_everything
from soul_player.client.dedupe.said import Names, say
from soul_player.client.library.sources import remove_source
from soul_player.database.access import Database, Writer
from soul_player.protocol.ids import TrackId, id_bytes, mint_id
from tests.client.dedupe.libraries import NOW_MS, arrive, clusters, library_of, match, rows_of, track
from tests.conftest import run
from tests.edges.fake_clock import FakeClock


def test_three_sources_of_one_recording_are_one_row_with_three_sources(tmp_path: Path) -> None:
    """The reason for all of this."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend", "Folder") as (library, sources):
            for number, source in enumerate(sources):
                await arrive(library, source, track(number))
            decisions = await match(library)
            assert [type(decision) for decision in decisions] == [New, Same, Same]
            assert await clusters(library) == [{1, 2, 3}]
            assert await rows_of(library, "SELECT COUNT(*) FROM tracks") == [(1,)]
            (link, other) = await library.read(links_of, 1)
            assert link.evidence.method is other.evidence.method is Method.METADATA

    run(scenario())


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_the_order_of_arrival_does_not_matter(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Servers sync when they like."""
    tracks = [
        track(0),
        track(1, "Cold Winter Night (Remastered)"),
        track(2, "COLD WINTER NIGHT", artist="Lacksley  Castell", year=None),
        track(3, "Cold Winter Night (Live)"),
    ]

    async def scenario() -> None:
        async with library_of(tmp_path, "a", "b", "c", "d") as (library, sources):
            for place in order:
                await arrive(library, sources[place], tracks[place])
                await match(library)
            rows = await rows_of(library, "SELECT track_id, source_id FROM track_sources")
            recording = {source: track_id for track_id, source in rows}
            assert recording[sources[0]] == recording[sources[1]] == recording[sources[2]]
            assert recording[sources[3]] != recording[sources[0]]

    run(scenario())


def test_a_hash_that_comes_later_joins_what_words_could_not(tmp_path: Path) -> None:
    """The server hashes in the background."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, track(1, audio_hash="v1:ab"))
            await arrive(library, friend, track(2, "05 xyz", artist=None, album=None, track_number=None, year=None))
            assert [type(decision) for decision in await match(library)] == [New, New]
            late = track(2, "05 xyz", artist=None, album=None, track_number=None, year=None, audio_hash="v1:ab")
            await arrive(library, friend, late, run=2)
            (decision,) = await match(library)
            assert isinstance(decision, Same)
            assert decision.evidence.method is Method.HASH
            assert await clusters(library) == [{1, 2}]

    run(scenario())


def test_what_a_person_refused_is_never_joined_or_asked_again(tmp_path: Path) -> None:
    """Not by words, not by a hash, and not after the source was removed and added again."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            first, second = track(1, audio_hash="v1:ab"), track(2, audio_hash="v1:ab")
            names = [Names(id_bytes(one.id), None) for one in (first, second)]
            await library.write(say, *names, is_same=False, now_ms=NOW_MS)
            await arrive(library, home, first)
            await arrive(library, friend, second)
            assert [type(decision) for decision in await match(library)] == [New, New]
            await library.write(remove_source, friend)
            await match(library)
            await arrive(library, home, track(3, "Something Else", album="Other"))
            await arrive(library, home, second)
            await match(library)
            assert [len(cluster) for cluster in await clusters(library)] == [1, 1, 1]

    run(scenario())


def test_a_question_is_a_row_that_its_own_answer_or_better_evidence_ends(tmp_path: Path) -> None:
    """It waits as long as it must; the tracks are there meanwhile."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, track(1, musicbrainz_recording_id="mb"))
            await arrive(library, friend, track(2, duration_seconds=251.0))
            assert [type(decision) for decision in await match(library)] == [New, Ask]
            proposals = "SELECT entry_id, other_entry_id, vetoes FROM proposals"
            assert await rows_of(library, proposals) == [(2, 1, "length_differs")]
            await arrive(library, friend, track(2, musicbrainz_recording_id="mb"), run=2)
            assert [type(decision) for decision in await match(library)] == [Same]
            assert await rows_of(library, proposals) == []

    run(scenario())


def test_removed_tracks_leave_neither_words_nor_keys(tmp_path: Path) -> None:
    """Their row ids are given to other tracks later."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home") as (library, (home,)):
            await arrive(library, home, track(1), track(2, "Other"))
            await match(library)
            await library.write(remove_source, home)
            await match(library)
            for table in ("match_texts", "match_keys", "match_queue"):
                assert await rows_of(library, f"SELECT COUNT(*) FROM {table}") == [(0,)], table

    run(scenario())


def test_a_newer_normaliser_matches_everything_anew(tmp_path: Path) -> None:
    """What an older one could not see is found then; what it joined stays."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, track(1))
            await arrive(library, friend, track(2))
            await match(library)
            await library.write(_age)
            assert await library.write(queue_old_entries) == 2
            await match_everything(library, FakeClock())
            assert await library.read(count_waiting) == 0
            assert await clusters(library) == [{1, 2}]
            assert await rows_of(library, "SELECT DISTINCT version > 0 FROM match_texts") == [(1,)]

    run(scenario())


def test_one_server_alone_asks_nothing_about_its_own_music(tmp_path: Path) -> None:
    """Live takes, and songs that are on a compilation too, with the same MusicBrainz id: as their owner wants them."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home") as (library, (home,)):
            made = [generated.track for generated in generate_tracks(1_500, seed=3)]
            for number, one in enumerate(made[:200]):
                again = mint_id(NOW_MS + number, number.to_bytes(10, "little"))
                compiled = {"album": "Hits of the Year", "track_number": number + 1, "audio_hash": None}
                made.append(msgspec.structs.replace(one, id=TrackId(again), file_hash=None, **compiled))
                live = mint_id(NOW_MS + 10_000 + number, number.to_bytes(10, "little"))
                claims = {"audio_hash": None, "file_hash": None, "musicbrainz_recording_id": None}
                made.append(msgspec.structs.replace(one, id=TrackId(live), title=f"{one.title} (Live)", **claims))
            await arrive(library, home, *made)
            await match_everything(library, FakeClock())
            assert await library.read(count_waiting) == 0
            assert await rows_of(library, "SELECT COUNT(*) FROM questions") == [(0,)]

    run(scenario())


def test_every_step_goes_by_an_index(tmp_path: Path) -> None:
    """A scan for each of 100,000 tracks would take for ever."""

    async def scenario() -> None:
        async with library_of(tmp_path, "Home") as (library, _):
            await _assert_no_scan(library)

    run(scenario())


async def _assert_no_scan(library: Database) -> None:
    from soul_player.client.dedupe import asking, entries, links, prints, said, sharing  # noqa: PLC0415  # statements only

    statements = {
        name: sql
        for module in (asking, entries, links, prints, said, sharing)
        for name, sql in vars(module).items()
        if name.isupper() and isinstance(sql, str) and sql.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))
    }
    assert len(statements) > 20
    for name, sql in statements.items():
        plan = await rows_of(library, f"EXPLAIN QUERY PLAN {_with_values(sql)}")
        scanned = [row[3] for row in plan if row[3].startswith("SCAN") and "VIRTUAL TABLE" not in row[3]]
        allowed = (
            "SCAN match_queue",
            "SCAN (",
            "SCAN said_of_pairs",
            "SCAN sources",
            "SCAN gone_fingerprints",
            "SCAN CONSTANT",
        )
        assert [step for step in scanned if not step.startswith(allowed)] == [], (name, plan)


def _with_values(sql: str) -> str:
    words = sql.replace("json_each(:", "json_each('[]' || :").split(":")
    return words[0] + "".join(f"1{word.lstrip('abcdefghijklmnopqrstuvwxyz_')}" for word in words[1:])


async def _age(library: Writer) -> None:
    await library.run("UPDATE match_texts SET version = 0")
