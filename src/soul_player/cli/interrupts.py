"""Ctrl-C as an event, for commands that end well when they are told to."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def interrupts() -> Generator[asyncio.Event, None, None]:
    """Ctrl-C sets the event, for as long as the block lasts."""
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()
    former = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, interrupted.set)
    try:
        yield interrupted
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, former)
