"""Absence is not deletion: a source that loses much at once is asked about."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from soul_player.client import Client, QuestionNotFound, SyncStatus
from soul_player.client.library.deletions import Apply, DeletionDecision, Hold, decide
from tests.client.clients import add, assert_consistent, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import FakeServer, fake_server, make_id, make_track


@pytest.mark.parametrize(
    ("deletions", "available", "decision"),
    [
        (49, 49, Apply()),
        (50, 249, Hold()),
        (50, 250, Apply()),
        (51, 250, Hold()),
        (200, 1000, Apply()),
        (201, 1000, Hold()),
        (1000, 1000, Hold()),
    ],
)
def test_more_than_a_fifth_of_a_source_is_held_from_fifty_on(
    deletions: int, available: int, decision: DeletionDecision
) -> None:
    assert decide(deletions=deletions, available=available) == decision


@asynccontextmanager
async def held(home: Path) -> AsyncGenerator[tuple[FakeServer, Client], None]:
    """A hundred tracks, sixty of which the server then deletes."""
    async with fake_server() as server, opened_client(home, page_rows=25) as client:
        server.put(*(make_track(number) for number in range(100)))
        await add(client, server)
        await sync_one(client)
        server.delete(*(make_id(number) for number in range(60)))
        result = await sync_one(client)
        assert (result.status, result.tracks_deleted) == (SyncStatus.SYNCED, 0)
        assert await client.library.count() == 100
        yield server, client


def test_held_deletions_are_one_question_and_the_pages_are_not_asked_for_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with held(tmp_path) as (_, client):
            (question,) = await client.questions.list()
            assert question.evidence == {"tracks": 60, "of": 100}
            assert (await sync_one(client)).requests == 1
            assert len(await client.questions.list()) == 1

    run(story())


def test_believing_them_makes_the_tracks_unavailable(tmp_path: Path) -> None:
    async def story() -> None:
        async with held(tmp_path) as (server, client):
            (question,) = await client.questions.list()
            assert await client.questions.answer(question.id, "apply") == 60
            await assert_consistent(client, server)
            assert await client.questions.list() == []
            with pytest.raises(QuestionNotFound):
                await client.questions.answer(question.id, "apply")

    run(story())


def test_keeping_them_drops_the_deletions(tmp_path: Path) -> None:
    async def story() -> None:
        async with held(tmp_path) as (_, client):
            (question,) = await client.questions.list()
            with pytest.raises(QuestionNotFound, match="no answer"):
                await client.questions.answer(question.id, "perhaps")
            assert await client.questions.answer(question.id, "keep") == 0
            assert await client.library.count() == 100
            assert (await sync_one(client)).tracks_deleted == 0

    run(story())


def test_rows_that_come_later_override_what_is_held(tmp_path: Path) -> None:
    async def story() -> None:
        async with held(tmp_path) as (server, client):
            server.put(*(make_track(number, title=f"Back {number}") for number in range(10)))
            await sync_one(client)
            (question,) = await client.questions.list()
            assert await client.questions.answer(question.id, "apply") == 50
            await assert_consistent(client, server)

    run(story())


def test_a_reset_finds_what_was_held_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with held(tmp_path) as (server, client):
            result = await sync_one(client, full=True)
            assert (result.status, result.tracks_deleted) == (SyncStatus.SYNCED, 0)
            (question,) = await client.questions.list()
            assert question.evidence == {"tracks": 60, "of": 100}
            await client.questions.answer(question.id, "apply")
            await assert_consistent(client, server)

    run(story())


def test_a_few_deletions_are_believed_at_once_even_in_many_runs(tmp_path: Path) -> None:
    """Each run is judged by itself: a library that shrinks slowly is a person's own doing."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(*(make_track(number) for number in range(300)))
            await add(client, server)
            await sync_one(client)
            for start in range(0, 160, 40):
                server.delete(*(make_id(number) for number in range(start, start + 40)))
                assert (await sync_one(client)).tracks_deleted == 40
            assert await client.questions.list() == []
            await assert_consistent(client, server)

    run(story())


def test_one_source_that_loses_most_holds_up_nothing_of_the_others(tmp_path: Path) -> None:
    """Its own news comes too: only the deletions wait."""

    async def story() -> None:
        async with (
            fake_server(server_id=make_id(91), name="One") as one,
            fake_server(server_id=make_id(92), name="Other") as other,
            opened_client(tmp_path, page_rows=25) as client,
        ):
            one.put(*(make_track(number) for number in range(100)))
            other.put(*(make_track(number) for number in range(200, 280)))
            await add(client, one)
            await add(client, other)
            await client.sync.run()
            one.delete(*(make_id(number) for number in range(90)))
            one.put(make_track(99, title="New words"), make_track(500))
            other.delete(make_id(200))
            other.put(make_track(201, title="Other words"))
            first, second = await client.sync.run()
            assert (first.tracks_synced, first.tracks_updated, first.tracks_deleted) == (1, 1, 0)
            assert (second.tracks_updated, second.tracks_deleted) == (1, 1)
            (question,) = await client.questions.list()
            assert (question.source_name, question.evidence) == ("One", {"tracks": 90, "of": 101})
            assert await client.library.count() == 101 + 79

    run(story())
