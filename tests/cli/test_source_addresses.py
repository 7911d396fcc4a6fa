"""`soul source address` and `soul source trust`: one server at several addresses, and a certificate that changed."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.programs import Serving, add_source, serving, soul
from tests.edges.certificates import FOLDER, fingerprint
from tests.edges.cut_line import CutLine, cut_line


@contextmanager
def second_address(server: Serving) -> Generator[CutLine, None, None]:
    """A line to the server that has a port of its own, carried by a thread of this process."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opened = cut_line(server.url)
    line = asyncio.run_coroutine_threadsafe(opened.__aenter__(), loop).result(10)
    try:
        yield line
    finally:
        asyncio.run_coroutine_threadsafe(opened.__aexit__(None, None, None), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


def test_adding_a_second_address_of_a_known_server_makes_no_second_source(tmp_path: Path) -> None:
    """And asks for no password: who is there says so itself."""
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server, second_address(server) as line:
        add_source(client, server)
        added = soul("source", "add", line.url, home=client)
        assert (added.code, added.out) == (0, f"Home Server answers at {line.url} too: added to it as an address\n")
        (source,) = soul("source", "list", "--json", home=client).json()["sources"]
        assert [one["url"] for one in source["addresses"]] == [server.url, line.url]
        twice = soul("source", "add", line.url, "--json", home=client)
        assert (twice.code, twice.json()["error"]["code"]) == (1, "source_exists")
        assert line.url in soul("source", "list", home=client).out
        assert soul("source", "address", "remove", "Home Server", server.url, home=client).code == 0
        assert soul("sync", home=client).code == 0
        only = soul("source", "address", "remove", "Home Server", line.url, "--json", home=client)
        assert (only.code, only.json()["error"]["code"]) == (2, "address_invalid")
        (shown,) = soul("source", "address", "list", "Home Server", "--json", home=client).json()["addresses"]
        assert (shown["url"], shown["seen"], shown["error"]) == (line.url, "online", None)


def test_a_sync_uses_the_address_that_answers_and_the_status_tells_both(tmp_path: Path) -> None:
    client = tmp_path / "client"
    with serving(tmp_path / "server") as server:
        add_source(client, server)
        away = soul("source", "address", "add", "Home Server", "http://127.0.0.1:9", "--json", home=client)
        assert (away.code, away.json()["answers"]) == (0, False)
        assert soul("sync", home=client).code == 0
        told = soul("status", home=client).out
        assert f"  Home Server at {server.url}: in use\n" in told
        assert "  Home Server at http://127.0.0.1:9: not asked yet\n" in told
        assert soul("status", "--json", home=client).json()["badge"] == "synced"


def test_another_servers_address_is_not_taken(tmp_path: Path) -> None:
    client = tmp_path / "client"
    with serving(tmp_path / "one") as one, serving(tmp_path / "two") as two:
        add_source(client, one)
        wrong = soul("source", "address", "add", "Home Server", two.url, "--json", home=client)
        assert (wrong.code, wrong.json()["error"]["code"]) == (1, "server_changed")
        assert len(soul("source", "address", "list", "Home Server", "--json", home=client).json()["addresses"]) == 1


def test_a_changed_certificate_stops_everything_until_a_person_trusts_it(tmp_path: Path) -> None:
    """Nothing goes there meanwhile, the status says what to do, and that very command cures it."""
    client, home = tmp_path / "client", tmp_path / "server"
    first, second = (fingerprint(name) for name in ("first", "second"))
    with serving(home, *tls("first")) as server:
        port = server.url.rpartition(":")[2]
        assert soul(
            "source", "add", server.url, "--name", "Home", "--username", "admin", "--password-stdin",
            "--fingerprint", first, home=client, stdin=server.password,
        ).code == 0  # fmt: skip
    with serving(home, *tls("second"), "--port", port):
        assert soul("sync", home=client).code == 1
        status = soul("status", "--json", home=client).json()
        assert (status["badge"], status["action"]) == ("failed", "check_certificate")
        assert status["sources"][0]["connectivity"] == "certificate_problem"
        assert "    check the certificate: soul source trust Home\n" in soul("status", home=client).out
        asked = soul("source", "trust", "Home", "--json", home=client)
        assert (asked.code, asked.json()["error"]["code"]) == (1, "certificate_unknown")
        assert second in asked.json()["error"]["hint"]
        assert first in asked.json()["error"]["message"]
        assert soul("source", "trust", "Home", "--fingerprint", second, home=client).code == 0
        assert soul("sync", home=client).code == 0
        assert soul("status", "--json", home=client).json()["sources"][0]["connectivity"] == "online"


def tls(name: str) -> tuple[str, ...]:
    """The certificate of this name; the file holds its key too."""
    pem = str(FOLDER / f"{name}.pem")
    return "--tls-cert", pem, "--tls-key", pem
