"""Certificates over real TLS sockets: an unknown one is shown, a pinned one is the only one that is good."""

import errno
import socket
from pathlib import Path

import pytest

from soul_player.client import AddressInvalid, CertificateUnknown, SecurityError, SyncStatus
from soul_player.client.sources.certificates import fingerprint_text, parse_fingerprint, why_unreachable
from tests.client.clients import add, assert_consistent, opened_client, sync_one
from tests.conftest import run
from tests.edges.certificates import fingerprint, server_context
from tests.edges.fake_server import fake_server, make_track


def test_an_unknown_certificate_is_shown_and_nothing_is_sent(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server(tls=server_context("first")) as server, opened_client(tmp_path) as client:
            with pytest.raises(CertificateUnknown) as caught:
                await add(client, server)
            assert caught.value.fingerprint == fingerprint("first")
            assert server.seen == []
            assert await client.sources.list() == []

    run(story())


def test_a_certificate_that_was_said_yes_to_is_pinned(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server(tls=server_context("first")) as server, opened_client(tmp_path) as client:
            server.put(*(make_track(number) for number in range(30)))
            await add(client, server, fingerprint=fingerprint_text(fingerprint("first")))
            assert (await sync_one(client)).status is SyncStatus.SYNCED
            await assert_consistent(client, server)

    run(story())


def test_a_wrong_fingerprint_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server(tls=server_context("first")) as server, opened_client(tmp_path) as client:
            with pytest.raises(SecurityError, match="another certificate"):
                await add(client, server, fingerprint=fingerprint("second"))
            assert server.seen == []

    run(story())


def test_a_changed_certificate_is_a_problem_until_the_new_one_is_trusted(tmp_path: Path) -> None:
    """Somebody in between, or a new certificate: only a person can tell."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server(tls=server_context("first")) as server:
                server.put(*(make_track(number) for number in range(30)))
                await add(client, server, fingerprint=fingerprint("first"))
                assert (await sync_one(client)).status is SyncStatus.SYNCED
            (source,) = await client.sources.list()
            await client.sources._connections.drop(source.id)
            port = int(server.url.rpartition(":")[2])
            async with fake_server(tls=server_context("second"), port=port) as impostor:
                result = await sync_one(client)
                assert result.error is not None
                assert (result.status, result.error.code) == (SyncStatus.FAILED, "certificate_changed")
                assert result.requests == 1, "never repeated silently"
                assert impostor.seen == [], "not even a token was sent"
                assert await client.library.count() == 30
                await client.sources.addresses.trust(source.id, fingerprint("second"))
                impostor.access_tokens = server.access_tokens
                impostor.live, impostor.head = server.live, server.head
                assert (await sync_one(client)).status is SyncStatus.SYNCED

    run(story())


def test_a_secure_source_is_never_asked_in_the_clear(tmp_path: Path) -> None:
    """The address now answers plain HTTP, or redirects to it: that is no answer of this server."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            async with fake_server(tls=server_context("first")) as server:
                await add(client, server, fingerprint=fingerprint("first"))
            (source,) = await client.sources.list()
            await client.sources._connections.drop(source.id)
            async with fake_server(port=int(server.url.rpartition(":")[2])) as plain:
                result = await sync_one(client)
                assert result.error is not None
                assert result.error.code == "security"
                assert plain.seen == []

    run(story())


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "g" * 64, "0" * 65, "sha1:" + "0" * 64, "\u0660" * 64])
def test_what_is_no_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid):
        parse_fingerprint(text)


def test_every_usual_spelling_of_a_fingerprint_is_understood() -> None:
    digits = "0123456789abcdef" * 4
    for text in (digits, digits.upper(), fingerprint_text(digits), f"sha256:{digits}", f" SHA256:{digits}\n"):
        assert parse_fingerprint(text) == digits


def test_why_a_server_cannot_be_reached_is_said_without_calls_and_tuples() -> None:
    """Libraries put an address where the system has words."""
    assert why_unreachable(OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)")) == "connection refused"
    assert why_unreachable(socket.gaierror(-2, "Name or service not known")) == "Name or service not known"
    assert why_unreachable(OSError("Multiple exceptions")) == "Multiple exceptions"
