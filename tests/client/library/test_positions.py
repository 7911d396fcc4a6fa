"""Lists by position: the same rows as a list that is read from its start, wherever one begins."""

import random
from pathlib import Path

import pytest

from soul_player.client import (
    FAVOURITES,
    OFFLINE,
    SHOWN,
    Client,
    Condition,
    ListOrder,
    LocalTrackId,
    both,
    of_source,
)
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import FakeServer, fake_server, make_track

TRACKS = 300


def filled(server: FakeServer, count: int = TRACKS) -> None:
    """Names that are missing, equal but for their case, or the same for many."""
    randomness = random.Random(1)
    server.put(
        *(
            make_track(
                number,
                title=randomness.choice(["a", "A", "b", "é", "z", "Ω"]),
                artist=randomness.choice([None, "Björk", "björk", "The The"]),
                album=randomness.choice([None, "One", "ONE", "Two"]),
                track_number=randomness.choice([None, 1, 2]),
                disc_number=randomness.choice([None, 1]),
                added_at=f"2026-01-{randomness.randint(1, 9):02d}T10:00:00.000Z",
            )
            for number in range(count)
        )
    )


async def ids_of(client: Client, condition: Condition, order: ListOrder, *, first: int, count: int) -> list[int]:
    """One stretch."""
    found = await client.positions.stretch(condition, order, first=first, count=count)
    return [track.id for track in found.tracks if track is not None]


@pytest.mark.parametrize("order", ListOrder)
def test_stretches_joined_are_the_whole_list(tmp_path: Path, order: ListOrder) -> None:
    """In every order, from any place, of any length."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            filled(server)
            await add(client, server)
            await sync_one(client)
            whole = list(await client.positions.ids(SHOWN, order))
            assert len(set(whole)) == TRACKS
            for count in (1, 7, 299, 500):
                joined = []
                for first in range(0, TRACKS, count):
                    joined += await ids_of(client, SHOWN, order, first=first, count=count)
                assert joined == whole, count
            assert await ids_of(client, SHOWN, order, first=TRACKS, count=10) == []
            for place in (0, 123, TRACKS - 1):
                assert await client.positions.place(SHOWN, order, LocalTrackId(whole[place])) == place
            assert await client.positions.place(OFFLINE, order, LocalTrackId(whole[0])) is None

    run(story())


def test_a_list_follows_the_library_and_says_so(tmp_path: Path) -> None:
    """New tracks, a favourite, a play: the version differs when the list became another one, and only then."""

    async def story() -> None:
        # Its time stands still: nothing seems to take any, so every change is looked at at once.
        async with fake_server() as server, opened_client(tmp_path, clock=FakeClock()) as client:
            filled(server, 20)
            source = await add(client, server)
            await sync_one(client)
            before = await client.positions.stretch(SHOWN, ListOrder.TITLE, first=0, count=5)
            assert (before.total, before.version) == (20, 1)
            track = before.tracks[3]
            assert track is not None
            assert (await client.positions.stretch(FAVOURITES, ListOrder.FAVOURITED, first=0, count=5)).total == 0
            await client.edits.set_favourite(track.id)
            again = await client.positions.stretch(SHOWN, ListOrder.TITLE, first=3, count=1)
            assert again.version == before.version
            assert again.tracks[0] is not None
            assert again.tracks[0].is_favourite
            favourites = await client.positions.stretch(FAVOURITES, ListOrder.FAVOURITED, first=0, count=5)
            assert [one.id for one in favourites.tracks if one] == [track.id]
            server.put(make_track(1_000, title="0 comes first"))
            await sync_one(client)
            after = await client.positions.stretch(SHOWN, ListOrder.TITLE, first=0, count=1)
            assert (after.total, after.version) == (21, 2)
            assert after.tracks[0] is not None
            assert after.tracks[0].title == "0 comes first"
            assert after.tracks[0].sources == (source.id,)

    run(story())


def test_filters_are_joined_and_tell_sources_apart(tmp_path: Path) -> None:
    """All, of a source, both at once; a source that has nothing leaves nothing."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            filled(server, 10)
            source = await add(client, server)
            await sync_one(client)
            assert both(SHOWN, OFFLINE) == OFFLINE
            for condition, total in (
                (of_source(source.id), 10),
                (both(of_source(source.id), OFFLINE), 0),
                (of_source(type(source.id)(source.id + 7)), 0),
            ):
                assert (await client.positions.stretch(condition, ListOrder.ARTIST, first=0, count=3)).total == total

    run(story())
