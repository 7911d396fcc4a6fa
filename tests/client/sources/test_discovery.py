"""What announces itself on a network: real announcements over the loopback interface, and lies of all kinds."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from soul_player.client.sources.discovery import Announced, DiscoveryUnavailable, FoundServer, Mdns, understood
from soul_player.edges import SystemClock, SystemRandomness, mint
from soul_player.protocol.discovery import label_of
from soul_player.server.listening.advertising import Advertisement, advertise
from tests.client.clients import opened_client
from tests.conftest import run
from tests.edges.fake_server import make_id
from tests.server.running import running_server

ID = "01976d3f-0000-7000-8000-000000000001"
LOOPBACK = "127.0.0.1"


def announced(*, addresses: tuple[str, ...] = ("192.168.1.5",), port: int = 8420, **properties: str) -> Announced:
    """A plain one, but for what is said."""
    return Announced(addresses, port, {"id": ID, "name": "Home", "path": "", "tls": "0", "protocol": "1"} | properties)


@pytest.mark.parametrize(
    ("what", "url"),
    [
        (announced(), "http://192.168.1.5:8420"),
        (announced(path="/soul", tls="1", port=443), "https://192.168.1.5/soul"),
        (announced(addresses=("fd00::7", "10.0.0.9")), "http://10.0.0.9:8420"),
        (announced(addresses=("8.8.8.8", "fd00::7")), "http://[fd00::7]:8420"),
    ],
)
def test_what_can_be_asked(what: Announced, url: str) -> None:
    found = understood(what)
    assert found is not None
    assert (found.url, found.name, found.server_id) == (url, "Home", ID)


@pytest.mark.parametrize(
    "what",
    [
        announced(addresses=("8.8.8.8",)),
        announced(addresses=("fe80::1",)),
        announced(addresses=("music.example",)),
        announced(addresses=()),
        announced(id="home"),
        announced(path="/a?b=c"),
        announced(path="@evil.example"),
        announced(path=" /x"),
        announced(port=70_000),
    ],
)
def test_lies_are_passed_over(what: Announced) -> None:
    """A public address, what is no address at all, and paths that would lead elsewhere."""
    assert understood(what) is None


def test_a_name_commands_no_terminal_and_fills_no_screen() -> None:
    found = understood(announced(name="\x1b[2J" + "x" * 300 + "\n"))
    assert found is not None
    assert found.name == "[2J" + "x" * 97
    nameless = understood(announced(name="\n"))
    assert nameless is not None
    assert nameless.name == "192.168.1.5"


@pytest.mark.parametrize("name", ["Living. Room", "\n", "é" * 60, "a" * 200])
def test_any_name_is_a_label_of_dns(name: str) -> None:
    label = label_of(name, make_id(1))
    assert 0 < len(label.encode()) <= 63
    # Two of one name are two, also when they start in the same moment.
    assert label != label_of(name, make_id(2))
    assert "." not in label
    assert label.isprintable()


def test_servers_are_found_and_left(tmp_path: Path) -> None:
    """Two of the same name, one with a base path; a client knows which of them is its source. Gone is gone."""

    async def story() -> None:
        async with AsyncExitStack() as stack:
            running = await stack.enter_async_context(running_server(tmp_path / "server"))
            client = await stack.enter_async_context(opened_client(tmp_path / "client"))
            client.sources._discovery = Mdns((LOOPBACK,))  # no other network is disturbed
            await client.sources.add(running.url, username=running.username, password=running.password)
            server_id = running.server.store.secrets.server_id
            port = int(running.url.rpartition(":")[2])
            other_id = mint(SystemClock(), SystemRandomness())

            async def discovered() -> dict[str, FoundServer]:
                """Other tests of this machine may announce servers as well."""
                found = await client.sources.discover()
                return {one.server_id: one for one in found if one.server_id in {server_id, other_id}}

            async with asyncio.TaskGroup() as tasks:
                tellers = [
                    tasks.create_task(advertise(one))
                    for one in (
                        Advertisement(server_id, "Home", LOOPBACK, port, "", is_tls=False),
                        Advertisement(other_id, "Home", LOOPBACK, 9999, "/soul", is_tls=True),
                    )
                ]
                # Each look takes three seconds, and a busy machine loses many of them.
                async with asyncio.timeout(80):
                    while len(found := await discovered()) < 2:
                        pass
                assert {(one.name, one.url, one.is_known) for one in found.values()} == {
                    ("Home", running.url, True),
                    ("Home", "https://127.0.0.1:9999/soul", False),
                }
                for teller in tellers:
                    teller.cancel()
            assert await discovered() == {}

    run(story())


def test_without_the_library_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And a server that cannot announce itself serves all the same."""
    monkeypatch.setitem(__import__("sys").modules, "zeroconf", None)

    async def story() -> None:
        with pytest.raises(DiscoveryUnavailable) as caught:
            await Mdns((LOOPBACK,)).hear(0.1)
        assert "soul-player[discovery]" in (caught.value.hint or "")
        await advertise(Advertisement(ID, "Home", LOOPBACK, 1, "", is_tls=False))

    run(story())
