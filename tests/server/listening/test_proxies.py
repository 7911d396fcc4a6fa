"""Behind a reverse proxy."""

from pathlib import Path

from tests.conftest import run
from tests.server.in_process import House, house
from tests.server.running import USERNAME

GUESS = {"username": USERNAME, "password": "guess", "device_id": "phone"}


async def attempts_until_refused(it: House, forwarded: list[str]) -> int:
    """How many guesses are let through, each said to come from another address."""
    for number, address in enumerate(forwarded):
        headers = {"X-Forwarded-For": address}
        if (await it.ask("POST", "/api/auth/login", json_body=GUESS, headers=headers)).status == 429:
            return number
    return len(forwarded)


def test_forwarded_addresses_count_only_from_a_trusted_proxy(tmp_path: Path) -> None:
    """Else anybody could guess at passwords from as many addresses as he makes up."""
    strangers = [f"203.0.113.{number}" for number in range(40)]

    async def story() -> None:
        async with house(tmp_path / "trusting", trusted_proxies=("10.9.0.0/16",)) as it:
            it.address = "10.9.1.1"
            assert await attempts_until_refused(it, strangers) == len(strangers)
        async with house(tmp_path / "foreign", trusted_proxies=("10.9.0.0/16",)) as it:
            it.address = "10.8.1.1"
            assert await attempts_until_refused(it, strangers) < len(strangers)
        async with house(tmp_path / "alone") as it:
            assert await attempts_until_refused(it, strangers) < len(strangers)

    run(story())


def test_what_a_client_writes_before_the_proxys_own_word_does_not_count(tmp_path: Path) -> None:
    """The last address is the proxy's; those before it are whatever the client liked to say."""
    lies = [f"203.0.113.{number}, 198.51.100.7" for number in range(40)]

    async def story() -> None:
        async with house(tmp_path, trusted_proxies=("10.9.0.0/16",)) as it:
            it.address = "10.9.1.1"
            assert await attempts_until_refused(it, lies) < len(lies)

    run(story())


def test_below_a_base_path_everything_is_there(tmp_path: Path) -> None:
    """Whether the proxy takes the path off or not; a path that only begins alike is another."""

    async def story() -> None:
        async with house(tmp_path, base_path="/soul") as it:
            assert (await it.ask("GET", "/soul/api/health")).status == 200
            assert (await it.ask("GET", "/api/health")).status == 200
            assert (await it.ask("GET", "/soulless/api/health")).code == "not_found"
            assert (await it.ask("GET", "/soul")).code == "not_found"
            assert (await it.ask("GET", "/soul/api/openapi.json")).json["servers"] == [{"url": "/soul"}]

    run(story())
