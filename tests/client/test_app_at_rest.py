"""A client at rest, in virtual time: how often it wakes up, and that what it asks does not grow with its library."""

import asyncio
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

from soul_player.client import Client, ClientConfig, Edges, open_client
from soul_player.client.lookout import TOLD_LOOK_SECONDS
from soul_player.client.sources.tokens import FileTokens
from soul_player.database.sqlite import SqliteDatabase
from tests.client.clients import database_of
from tests.edges.seeded_randomness import SeededRandomness
from tests.simulation.clock import Calendar, VirtualLoop
from tests.simulation.templates import in_virtual_time

SETTLING_SECONDS = 120.0
HOURS = 2
# Beside the looks: each half a minute the triggers and the queue look anyway, which is five questions, each of them
# three turns here (a thread takes it up, it answers, who asked goes on), and each minute the matching.
WAKES_PER_HOUR_MAX = 3_600 / TOLD_LOOK_SECONDS + 2_600
STATEMENTS_PER_HOUR_MAX = 1_000
NUMBER = re.compile(r"\b\d+\b")
GROWS = re.compile(r"SCAN (tracks|track_sources|match_texts|match_keys|near_misses|proposals|fingerprints|copies)\b")


class Quiet:
    """A system that would tell, and a home in which nobody writes."""

    def listen(self, tell: Callable[[], None]) -> None:
        """There is nothing to tell."""

    def stop_listening(self) -> None:
        """Nor now."""

    def take(self) -> bool:
        """Never any."""
        return False

    def close(self) -> None:
        """It was not open."""


async def keep(client: Client, statements: list[str], loop: VirtualLoop) -> int:
    """As `soul sync --watch` does, for hours; how often the loop woke up once all was quiet."""
    async with asyncio.TaskGroup() as tasks:
        work = [client.triggers.run(), client.matching.keep_up(), client.downloads.run()]
        keeping = [tasks.create_task(each) for each in work]
        await asyncio.sleep(SETTLING_SECONDS)
        for connection in connections_of(client):
            connection.set_trace_callback(statements.append)
        turns = loop._selector.turns
        await asyncio.sleep(HOURS * 3_600)
        turns = loop._selector.turns - turns
        for task in keeping:
            task.cancel()
    return turns


def connections_of(client: Client) -> list[sqlite3.Connection]:
    """All of its library."""
    database = database_of(client)
    assert isinstance(database, SqliteDatabase)
    assert database._writer is not None
    return [database._writer, *database._readers]


def plans_of(client: Client, statements: set[str]) -> dict[str, str]:
    """How SQLite finds what is asked for."""
    connection = connections_of(client)[0]
    return {
        statement: "\n".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall())
        for statement in statements
        if statement.lstrip().upper().startswith(("SELECT", "WITH", "INSERT", "UPDATE", "DELETE"))
    }


def test_a_client_at_rest_wakes_once_a_second_and_asks_little_that_does_not_grow(tmp_path: Path) -> None:
    """What it costs is measured by `make bench`; that it stays so is held here."""

    async def story(loop: VirtualLoop) -> None:
        edges = Edges(
            Calendar(loop), SeededRandomness(1), tokens=FileTokens(tmp_path), open_notices=lambda home: Quiet()
        )
        statements: list[str] = []
        async with open_client(ClientConfig(tmp_path, keyring=False), edges=edges) as client:
            wakes = await keep(client, statements, loop)
            asked = [one for one in statements if one.strip() not in {"BEGIN", "ROLLBACK"}]
            assert wakes <= HOURS * WAKES_PER_HOUR_MAX, wakes / HOURS
            assert 0 < len(asked) <= HOURS * STATEMENTS_PER_HOUR_MAX, len(asked) / HOURS
            plans = plans_of(client, {NUMBER.sub("1", statement) for statement in asked})
            assert len(plans) >= 5, "else this proves nothing"
            assert {statement: plan for statement, plan in plans.items() if GROWS.search(plan)} == {}

    in_virtual_time(1, story)
