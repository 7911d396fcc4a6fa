"""What is the user's follows the recording into a merge, and back out of it."""

from pathlib import Path

from soul_player.client.dedupe.evidence import Evidence, Method
from soul_player.client.dedupe.links import join, split
from soul_player.database.access import Database, Writer
from tests.client.dedupe.libraries import NOW_MS, arrive, library_of, rows_of, track
from tests.conftest import run

EVIDENCE = Evidence(Method.PERSON, 1.0)
PLAYS = "SELECT play_id, track_id FROM plays ORDER BY play_id"
ENTRIES = "SELECT entry_uid, track_id FROM playlist_entries ORDER BY entry_uid"
SAID = "SELECT track_id, favourite, favourited_at, rating, rated_at FROM local_marks ORDER BY track_id"
SHOWN = "SELECT track_id, favourite, rating, play_count FROM marks ORDER BY track_id"


async def _play(library: Writer, name: bytes, track_id: int) -> None:
    await library.run(
        "INSERT INTO plays (play_id, track_id, source_id, played_at, duration_played) VALUES (:id, :track, NULL, 5, 9)",
        id=name,
        track=track_id,
    )


async def _put(library: Writer, name: bytes, track_id: int) -> None:
    await library.run(
        """
        INSERT INTO playlists (id, uid, name, created_at, updated_at) VALUES (1, x'01', 'Mine', '', '')
            ON CONFLICT (id) DO NOTHING
        """
    )
    await library.run(
        """
        INSERT INTO playlist_entries (playlist_id, entry_uid, track_id, position, added_at)
        VALUES (1, :uid, :track, 'a', '')
        """,
        uid=name,
        track=track_id,
    )


async def _say(library: Writer, track_id: int, favourite: int, rating: int, at: int) -> None:
    await library.run(
        """
        INSERT INTO local_marks (track_id, favourite, favourited_at, rating, rated_at)
        VALUES (:track, :favourite, :at, :rating, :at)
        """,
        track=track_id,
        favourite=favourite,
        rating=rating,
        at=at,
    )


async def _join(library: Database, kept: int, former: int) -> int:
    entries = (former, kept)
    return await library.write(join, kept, former, entries=entries, evidence=EVIDENCE, now_ms=NOW_MS)


async def _of_three(library: Database, sources: list[int]) -> None:
    for number, source in enumerate(sources, start=1):
        await arrive(library, source, track(number, f"Morning {number}"))  # type: ignore[arg-type]  # a source's id
        await library.write(_play, bytes([number]), number)
        await library.write(_put, bytes([number]), number)
    await library.write(_say, 1, 1, 40, 10)
    await library.write(_say, 2, 0, 80, 20)


def test_a_split_gives_each_its_own_back(tmp_path: Path) -> None:
    """Counts are exact, nothing is lost, the last word counts; and afterwards all is as before."""

    async def scenario() -> None:
        async with library_of(tmp_path, *"abc") as (library, sources):
            await _of_three(library, list(sources))
            link_id = await _join(library, 1, 2)
            assert await rows_of(library, PLAYS) == [(b"\1", 1), (b"\2", 1), (b"\3", 3)]
            assert await rows_of(library, ENTRIES) == [(b"\1", 1), (b"\2", 1), (b"\3", 3)]
            assert await rows_of(library, SAID) == [(1, 0, 20, 80, 20)]
            assert await rows_of(library, SHOWN) == [(1, 0, 80, 2)]
            await library.write(_play, b"\4", 1)
            await library.write(split, link_id)
            assert await rows_of(library, PLAYS) == [(b"\1", 1), (b"\2", 2), (b"\3", 3), (b"\4", 1)]
            assert await rows_of(library, ENTRIES) == [(b"\1", 1), (b"\2", 2), (b"\3", 3)]
            assert await rows_of(library, SAID) == [(1, 1, 10, 40, 10), (2, 0, 20, 80, 20)]
            assert await rows_of(library, SHOWN) == [(1, 1, 40, 2), (2, 0, 80, 1)]

    run(scenario())


def test_links_of_links_give_back_what_is_theirs_in_either_order(tmp_path: Path) -> None:
    """Three into two into one: whichever is taken back first, each play ends with the track it was made of."""

    async def scenario(home: Path, *, inner_first: bool) -> None:
        async with library_of(home, *"abc") as (library, sources):
            await _of_three(library, list(sources))
            inner = await _join(library, 2, 3)
            outer = await _join(library, 1, 2)
            for link_id in (inner, outer) if inner_first else (outer, inner):
                await library.write(split, link_id)
            assert await rows_of(library, PLAYS) == [(b"\1", 1), (b"\2", 2), (b"\3", 3)]
            assert await rows_of(library, ENTRIES) == [(b"\1", 1), (b"\2", 2), (b"\3", 3)]

    run(scenario(tmp_path / "inner", inner_first=True))
    run(scenario(tmp_path / "outer", inner_first=False))


def test_a_track_that_hangs_on_one_that_leaves_takes_its_plays_along(tmp_path: Path) -> None:
    """Three was joined by what it shares with two, when two was part of one already."""

    async def scenario() -> None:
        async with library_of(tmp_path, *"abc") as (library, sources):
            await _of_three(library, list(sources))
            first = await _join(library, 1, 2)
            await library.write(join, 1, 3, entries=(3, 2), evidence=EVIDENCE, now_ms=NOW_MS)
            await library.write(split, first)
            assert await rows_of(library, PLAYS) == [(b"\1", 1), (b"\2", 2), (b"\3", 2)]
            assert await rows_of(library, "SELECT id, track_id FROM track_sources") == [(1, 1), (2, 2), (3, 2)]

    run(scenario())


def test_a_word_said_of_both_stays_with_the_recording_that_kept_its_id(tmp_path: Path) -> None:
    """The former one gets back what was said of it before."""

    async def scenario() -> None:
        async with library_of(tmp_path, *"abc") as (library, sources):
            await _of_three(library, list(sources))
            link_id = await _join(library, 1, 2)
            await library.write(_rate_anew)
            await library.write(split, link_id)
            assert await rows_of(library, SAID) == [(1, 0, 20, 100, 99), (2, 0, 20, 80, 20)]

    run(scenario())


async def _rate_anew(library: Writer) -> None:
    await library.run("UPDATE local_marks SET rating = 100, rated_at = 99 WHERE track_id = 1")
