"""News reaches every listener, and no listener can hold anybody up."""

import asyncio

from soul_player.client.events import PENDING_MAX, Event, Events, EventsMissed, LibraryChanged
from soul_player.client.library.model import SourceId
from tests.conftest import run


def changed(number: int) -> LibraryChanged:
    """An event that can be told from others."""
    return LibraryChanged(SourceId(number))


def test_each_listener_gets_what_is_told_while_it_listens() -> None:
    async def story() -> None:
        events = Events()
        events.emit(changed(0))
        with events.subscribe() as first:
            events.emit(changed(1))
            with events.subscribe() as second:
                events.emit(changed(2))
            events.emit(changed(3))
            assert [await anext(first) for _ in range(3)] == [changed(1), changed(2), changed(3)]
            assert (second.take(), second.take()) == (changed(2), None)

    run(story())


def test_waiting_ends_when_something_is_told() -> None:
    async def story() -> None:
        events = Events()
        with events.subscribe() as listener:
            async with asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(anext(listener))
                await asyncio.sleep(0)
                assert not waiting.done()
                events.emit(changed(1))
            assert waiting.result() == changed(1)

    run(story())


def test_a_slow_listener_loses_the_oldest_and_is_told_how_many() -> None:
    async def story() -> None:
        events = Events()
        with events.subscribe() as listener:
            for number in range(PENDING_MAX + 10):
                events.emit(changed(number))
            taken: list[Event] = []
            while (event := listener.take()) is not None:
                taken.append(event)
            assert taken[0] == EventsMissed(10)
            assert taken[1:] == [changed(number) for number in range(10, PENDING_MAX + 10)]

    run(story())
