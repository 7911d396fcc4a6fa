"""One sign-in for all tasks of a source, tokens that are kept before they are used, and silence once it is lost."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import web

from soul_player.client import CredentialsRefused, ServerChanged, SignInNeeded, SyncStatus
from soul_player.client.errors import ProtocolError
from soul_player.client.library.model import SourceId
from soul_player.client.sources.tokens import FileTokens, Tokens
from tests.client.clients import add, assert_consistent, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import PASSWORD, FakeServer, fake_server, make_id, make_track, problem


def test_a_wrong_password_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            with pytest.raises(CredentialsRefused):
                await client.sources.add(server.url, username="ann", password="wrong")
            assert await client.sources.list() == []
            assert server.paths() == ["/api/server", "/api/auth/login"]

    run(story())


def test_many_tasks_share_one_refresh(tmp_path: Path) -> None:
    """Ten requests meet an expired token at once: a refresh token is good for one of them."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            server.access_tokens.clear()
            asker = client.sources._connections.to(source)
            async with asyncio.TaskGroup() as tasks:
                asked = [tasks.create_task(asker.heads()) for _ in range(10)]
            assert {one.result().server_id for one in asked} == {server.server_id}
            assert server.refreshes == 1
            assert server.paths().count("/api/auth/refresh") == 1

    run(story())


def test_a_token_that_is_known_to_have_ended_is_not_sent(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with fake_server() as server, opened_client(tmp_path, clock=clock) as client:
            server.put(make_track(1))
            await add(client, server)
            clock.advance(900)
            server.seen.clear()
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            assert server.paths()[:3] == ["/api/server", "/api/auth/refresh", "/api/sync/heads"]

    run(story())


def test_a_lost_sign_in_is_told_once_and_then_nothing_is_asked(tmp_path: Path) -> None:
    """Also not by the next process. What is known stays, and signing in again goes on from there."""

    async def story() -> None:
        async with fake_server() as server:
            async with opened_client(tmp_path) as client:
                server.put(*(make_track(number) for number in range(20)))
                await add(client, server)
                await sync_one(client)
                server.access_tokens.clear()
                server.refresh_token = "another device's"
                for _ in range(2):
                    result = await sync_one(client)
                    assert result.error is not None
                    assert (result.status, result.error.code) == (SyncStatus.FAILED, "sign_in_needed")
                assert result.requests == 0
            async with opened_client(tmp_path) as client:
                server.seen.clear()
                assert (await sync_one(client)).status is SyncStatus.FAILED
                assert server.seen == []
                (source,) = await client.sources.list()
                assert source.needs_sign_in
                assert await client.library.count() == 20
                server.put(make_track(30))
                await client.sources.login(source.id, password=PASSWORD)
                assert (await sync_one(client)).tracks_synced == 1
                await assert_consistent(client, server)

    run(story())


def test_a_token_that_is_refused_even_when_it_is_new_ends_in_a_sign_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                return problem(401, "token_revoked") if request.path == "/api/sync/heads" else None

            server.misbehave = misbehave
            with pytest.raises(SignInNeeded):
                await client.sources._connections.to(source).heads()
            assert server.refreshes == 1, "one refresh, one replay"

    run(story())


def test_a_new_refresh_token_is_on_the_disk_before_it_is_used(tmp_path: Path) -> None:
    """A crash between the two would otherwise sign the device out."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            server.access_tokens.clear()
            kept: list[Tokens | None] = []

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                if request.headers.get("Authorization") == "Bearer access-2":
                    kept.append(await FileTokens(tmp_path).load(source.id))
                return None

            server.misbehave = misbehave
            await client.sources._connections.to(source).heads()
            assert [tokens.refresh_token for tokens in kept if tokens] == ["refresh-2"]

    run(story())


async def _assert_nothing_secret_was_sent(other: FakeServer) -> None:
    for one in other.seen:
        assert one.path not in {"/api/auth/refresh", "/api/auth/login"}
        assert one.body == b""


def test_another_server_at_a_known_address_gets_no_secret(tmp_path: Path) -> None:
    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server() as server:
                server.put(*(make_track(number) for number in range(20)))
                await add(client, server)
                await sync_one(client)
            port = int(server.url.rpartition(":")[2])
            async with fake_server(port=port, server_id=make_id(99)) as other:
                result = await sync_one(client)
                assert result.error is not None
                assert (result.status, result.error.code) == (SyncStatus.FAILED, "server_changed")
                (source,) = await client.sources.list()
                with pytest.raises(ServerChanged):
                    await client.sources.login(source.id, password=PASSWORD)
                await _assert_nothing_secret_was_sent(other)
                assert await client.library.count() == 20
                # Edits that wait go nowhere, and the question waits for a person.
                await client.edits.set_favourite((await client.library.tracks()).tracks[0].id)
                await sync_one(client)
                await _assert_nothing_secret_was_sent(other)
                (question,) = await client.questions.list()
                assert question.evidence == {"server_id": other.server_id, "name": other.name, "url": other.url}
                # Even one that takes every token is noticed, by what its heads say.
                other.access_tokens = set(server.access_tokens)
                result = await sync_one(client)
                assert result.error is not None
                assert result.error.code == "server_changed"
                assert "/api/sync/tracks" not in other.paths()

    run(story())


def test_what_a_sign_in_asked_of_another_server_is_closed_when_the_own_one_answers(tmp_path: Path) -> None:
    """Else a person who is at home again is asked what the café's server is, for ever."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            server_id, server.server_id = server.server_id, make_id(99)
            with pytest.raises(ServerChanged):
                await client.sources.login(source.id, password=PASSWORD)
            assert len(await client.questions.list()) == 1
            server.server_id = server_id
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            assert await client.questions.list() == []

    run(story())


def test_tokens_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    async def story() -> None:
        store = FileTokens(tmp_path)
        await store.save(SourceId(3), Tokens("a", 1, "r"))
        await store.save(SourceId(3), Tokens("b", 2, "s"))
        (file,) = (tmp_path / "tokens").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / "tokens").stat().st_mode & 0o777 == 0o700
        assert await store.load(SourceId(3)) == Tokens("b", 2, "s")
        file.write_bytes(b"{torn")
        assert await store.load(SourceId(3)) is None
        await store.forget(SourceId(3))
        await store.forget(SourceId(3))
        assert await store.load(SourceId(3)) is None

    run(story())


def test_no_token_is_shown_in_a_traceback() -> None:
    assert "secret" not in repr(Tokens("secret", 1, "secret"))


def test_two_processes_of_a_home_take_turns_with_its_refresh_token(tmp_path: Path) -> None:
    """A token that was used twice over would look stolen, and sign the device out."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as one, opened_client(tmp_path) as other:
            await add(one, server)
            await sync_one(other)
            for client in (one, other, other, one, other):
                server.access_tokens.clear()
                assert (await sync_one(client)).status is SyncStatus.SYNCED
            used = [one.body for one in server.seen if one.path == "/api/auth/refresh"]
            assert len(used) == len(set(used)) == 5

    run(story())


def test_signing_in_again_in_another_process_ends_the_silence_in_this_one(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as one, opened_client(tmp_path) as other:
            source = await add(one, server)
            server.access_tokens.clear()
            server.refresh_token = "another device's"
            assert (await sync_one(one)).status is SyncStatus.FAILED
            await other.sources.login(source.id, password=PASSWORD)
            assert (await sync_one(one)).status is SyncStatus.SYNCED

    run(story())


@pytest.mark.parametrize("is_answered", [False, True])
def test_a_refresh_that_crosses_a_sign_in_does_not_sign_out_again(tmp_path: Path, *, is_answered: bool) -> None:
    """A sign-in ends the session of the tokens before: whether they are refused, or answered a moment before that, the
    new ones count."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            source = await add(client, server)
            server.access_tokens.clear()

            async def sign_in_meanwhile(request: web.Request) -> web.StreamResponse | None:
                if request.path != "/api/auth/refresh":
                    return None
                server.misbehave = None
                answer = server._signed_in(request) if is_answered else None
                async with opened_client(tmp_path) as command:
                    await command.sources.login(source.id, password=PASSWORD)
                return answer

            server.misbehave = sign_in_meanwhile
            await client.sources._connections.to(source).heads()
            kept = await FileTokens(tmp_path).load(source.id)
            assert kept is not None
            assert kept.refresh_token == server.refresh_token
            assert not (await client.sources.list())[0].needs_sign_in

    run(story())


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "é", "x" * 5000])
def test_a_token_that_would_break_out_of_its_header_is_refused(tmp_path: Path, token: str) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:

            async def misbehave(request: web.Request) -> web.StreamResponse | None:
                if request.path != "/api/auth/login":
                    return None
                user = {"id": make_id(1), "username": "ann", "is_admin": False, "created_at": "x"}
                answer = {"access_token": token, "refresh_token": "r", "expires_in": 900, "user": user}
                return web.json_response(answer)

            server.misbehave = misbehave
            with pytest.raises(ProtocolError):
                await add(client, server)
            assert await client.sources.list() == []

    run(story())
