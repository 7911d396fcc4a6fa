"""One slot a scope and listener, the latest wins, and who takes nothing is dropped: in virtual time."""

import asyncio
import itertools
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from soul_player.protocol.live import DEAD_SECONDS, HEARTBEAT_SECONDS, QUIET_SECONDS
from soul_player.server.announce.hub import SLOW_SECONDS, Hub, Listener, Written
from tests.simulation.clock import VirtualLoop


class Line:
    """Notes what is written; may be full, or gone."""

    def __init__(self) -> None:
        self.state = Written.SENT
        self.said: list[dict[str, Any]] = []
        self.times: list[float] = []
        self.code: int | None = None

    def write(self, message: bytes) -> Written:
        """Kept, unless it is full or gone."""
        if self.state is Written.SENT:
            self.said.append(json.loads(message))
            self.times.append(asyncio.get_running_loop().time())
        return self.state

    def close(self, code: int) -> None:
        """Why."""
        self.code = code

    def heads(self, scope: str = "library") -> list[int]:
        """The hints of a scope."""
        return [one["head"] for one in self.said if one["type"] == "changed" and one["scope"] == scope]


def in_virtual_time(story: Callable[[Hub], Awaitable[None]]) -> None:
    """Run it to its end."""
    loop = VirtualLoop(seed=1)
    try:
        loop.run_until_complete(story(Hub()))
    finally:
        loop.close()


def join(hub: Hub, line: Line, *, scopes: tuple[str, ...] = ("library", "user:a"), head: int = 0) -> Listener:
    """Greeted at this head of each scope."""
    listener = hub.join(b"session", scopes, line)
    hub.greet(listener, b'{"type":"hello"}', dict.fromkeys(scopes, head))
    return listener


def test_the_first_hint_goes_at_once_and_later_ones_fold() -> None:
    async def story(hub: Hub) -> None:
        line = Line()
        join(hub, line)
        loop = asyncio.get_running_loop()
        began = loop.time()
        for head in range(1, 11):
            hub.announce("library", head)
            await asyncio.sleep(0.03)
        await asyncio.sleep(1)
        assert line.heads()[0] == 1
        assert line.heads()[-1] == 10
        hints = [time - began for time in line.times[1:]]
        assert hints[0] == 0
        assert all(later - earlier >= QUIET_SECONDS - 1e-6 for earlier, later in itertools.pairwise(hints))
        hub.announce("library", 11)
        assert line.heads()[-1] == 11

    in_virtual_time(story)


def test_what_moved_while_a_listener_was_greeted_is_not_lost() -> None:
    async def story(hub: Hub) -> None:
        line = Line()
        listener = hub.join(b"session", ("library",), line)
        hub.announce("library", 7)
        assert line.said == []
        hub.greet(listener, b'{"type":"hello"}', {"library": 6})
        assert [one["type"] for one in line.said] == ["hello", "changed"]
        assert line.heads() == [7]

    in_virtual_time(story)


def test_nothing_is_told_twice_and_a_head_that_fell_is_told() -> None:
    async def story(hub: Hub) -> None:
        line = Line()
        join(hub, line, head=5)
        for head in (5, 6, 6, 3):
            hub.announce("library", head)
            await asyncio.sleep(1)
        hub.announce("user:somebody else", 9)
        assert line.heads() == [6, 3]

    in_virtual_time(story)


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_every_listener_ends_at_the_last_head_or_is_told_to_go(seed: int) -> None:
    async def story(hub: Hub) -> None:
        randomness = random.Random(seed)
        lines = [Line() for _ in range(6)]
        listeners = [join(hub, line) for line in lines]
        head = {"library": 0, "user:a": 0}
        for step in range(400):
            scope = randomness.choice(["library", "user:a"])
            if randomness.random() < 0.4:
                head[scope] += randomness.randint(1, 3)
                hub.announce(scope, head[scope])
            line = randomness.choice(lines)
            line.state = Written.FULL if randomness.random() < 0.3 else Written.SENT
            await asyncio.sleep(randomness.choice([0.0, 0.01, 0.2]))
            if step % 5 == 0:
                hub.tick()
        for line in lines:
            line.state = Written.SENT
        for _ in range(3):
            await asyncio.sleep(1)
            hub.tick()
        for line, listener in zip(lines, listeners, strict=True):
            assert all(len(listener.slots) <= 2 for listener in listeners)
            if line.code is None:
                assert line.heads("library")[-1:] == [head["library"]]
                assert line.heads("user:a")[-1:] == [head["user:a"]]

    in_virtual_time(story)


def test_who_takes_nothing_is_dropped_and_told_and_costs_the_others_nothing() -> None:
    async def story(hub: Hub) -> None:
        slow, quick = Line(), Line()
        join(hub, slow)
        other = join(hub, quick)
        slow.state = Written.FULL
        for head in range(1, 200):
            hub.announce("library", head)
            await asyncio.sleep(0.1)
            hub.hear(other)
            hub.tick()
            if head == round(SLOW_SECONDS / 0.1) - 2:
                assert slow.code is None
        assert slow.code == 4408
        assert quick.heads()[-1] == 199
        assert len(hub) == 1

    in_virtual_time(story)


def test_the_pulse_and_the_end_of_who_has_none() -> None:
    async def story(hub: Hub) -> None:
        alive, dead = Line(), Line()
        listener = join(hub, alive)
        join(hub, dead)
        for _ in range(DEAD_SECONDS + 2):
            await asyncio.sleep(1)
            hub.hear(listener)
            hub.tick()
        assert alive.code is None
        assert dead.code == 1001
        pings = [time for one, time in zip(alive.said, alive.times, strict=True) if one["type"] == "ping"]
        assert pings == pytest.approx([HEARTBEAT_SECONDS, 2 * HEARTBEAT_SECONDS], abs=1.01)

    in_virtual_time(story)


def test_who_leaves_leaves_nothing_behind() -> None:
    async def story(hub: Hub) -> None:
        for _ in range(3):
            listener = join(hub, Line())
            hub.announce("library", 1)
            hub.announce("library", 2)
            hub.leave(listener)
            hub.leave(listener)
        assert (len(hub), hub.scopes, hub.session_ids) == (0, (), frozenset())
        await asyncio.sleep(1)

    in_virtual_time(story)
