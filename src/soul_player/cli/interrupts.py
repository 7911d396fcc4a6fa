"""Ctrl-C as an event, for commands that end well when they are told to."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def interrupts() -> Generator[asyncio.Event, None, None]:
    """Ctrl-C, or the system's word to end, sets the event, for as long as the block lasts."""
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()
    former = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)}
    for each in former:
        loop.add_signal_handler(each, interrupted.set)
    try:
        yield interrupted
    finally:
        for each, handler in former.items():
            loop.remove_signal_handler(each)
            signal.signal(each, handler)
