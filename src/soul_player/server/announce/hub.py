"""Who listens, and the hints on their way: one slot a scope and listener, in which the latest wins."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from soul_player.protocol.codec import encode
from soul_player.protocol.live import DEAD_SECONDS, HEARTBEAT_SECONDS, QUIET_SECONDS, Bye, Changed, CloseCode, Ping

# A listener that takes nothing for so long is too slow. Its slots hold what it misses, so it may well hold its breath.
SLOW_SECONDS = 10.0
TICK_SECONDS = 1.0
_PING = encode(Ping())


class Written(StrEnum):
    """What became of a message."""

    SENT = "sent"
    FULL = "full"  # the listener has not taken the last ones yet
    GONE = "gone"


class Line(Protocol):
    """The way to one listener. Nothing here waits."""

    def write(self, message: bytes) -> Written:
        """One message, whole, or nothing of it."""
        ...

    def close(self, code: int) -> None:
        """After what was written."""
        ...


@dataclass(eq=False)
class Listener:
    """One connection that is signed in, and the scopes it is told of.

    `slots`: hints that could not be written yet, by scope.
    """

    session_id: bytes
    scopes: tuple[str, ...]
    line: Line
    heard_at: float
    pinged_at: float
    slots: dict[str, int] = field(default_factory=dict)
    full_since: float | None = None
    is_greeted: bool = False


@dataclass
class _Scope:
    listeners: dict[Listener, None] = field(default_factory=dict)
    head: int | None = None
    told_at: float = float("-inf")
    timer: asyncio.TimerHandle | None = None


class Hub:
    """Lives on one event loop; its time is the loop's."""

    def __init__(self) -> None:
        self._listeners: dict[Listener, None] = {}
        self._scopes: dict[str, _Scope] = {}

    @property
    def scopes(self) -> tuple[str, ...]:
        """Those that somebody listens to."""
        return tuple(self._scopes)

    @property
    def session_ids(self) -> frozenset[bytes]:
        """Of everybody who listens."""
        return frozenset(listener.session_id for listener in self._listeners)

    def __len__(self) -> int:
        return len(self._listeners)

    def join(self, session_id: bytes, scopes: tuple[str, ...], line: Line) -> Listener:
        """Before the heads are read: what moves from now on waits in the slots until `greet`."""
        now = _now()
        listener = Listener(session_id, scopes, line, heard_at=now, pinged_at=now)
        self._listeners[listener] = None
        for scope in listener.scopes:
            self._scopes.setdefault(scope, _Scope()).listeners[listener] = None
        return listener

    def greet(self, listener: Listener, hello: bytes, heads: dict[str, int]) -> None:
        """The first message; then what has moved beyond it."""
        listener.is_greeted = True
        for scope, head in heads.items():
            state = self._scopes.get(scope)
            if state is not None and state.head is None:
                state.head = head
            if listener.slots.get(scope) == head:
                del listener.slots[scope]
        if listener.line.write(hello) is Written.SENT:
            self._drain(listener)

    def leave(self, listener: Listener) -> None:
        """Nothing is kept of it."""
        self._listeners.pop(listener, None)
        for scope in listener.scopes:
            state = self._scopes.get(scope)
            if state is None:
                continue
            state.listeners.pop(listener, None)
            if not state.listeners:
                if state.timer is not None:
                    state.timer.cancel()
                del self._scopes[scope]

    def announce(self, scope: str, head: int) -> None:
        """The scope stands here now. What was told already is not told again; a head that fell is told too."""
        state = self._scopes.get(scope)
        if state is None or state.head == head:
            return
        state.head = head
        if state.timer is not None:
            return
        wait = state.told_at + QUIET_SECONDS - _now()
        if wait <= 0:
            self._tell(scope)
        else:
            state.timer = asyncio.get_running_loop().call_later(wait, self._tell, scope)

    def tick(self) -> None:
        """Each second: pings, what was full, and whoever is slow or gone."""
        now = _now()
        for listener in list(self._listeners):
            if now - listener.heard_at > DEAD_SECONDS:
                self.drop(listener, CloseCode.GOING_AWAY)
            elif listener.full_since is not None and now - listener.full_since > SLOW_SECONDS:
                self.drop(listener, CloseCode.TOO_SLOW)
            elif listener.is_greeted and now - listener.pinged_at >= HEARTBEAT_SECONDS:
                listener.pinged_at = now
                self._write(listener, _PING)
            if listener.slots and listener.is_greeted:
                self._drain(listener)

    def hear(self, listener: Listener) -> None:
        """It said something: it is there."""
        listener.heard_at = _now()

    def end_sessions(self, standing: Iterable[bytes]) -> None:
        """Everybody whose session does not stand any more is told to go."""
        still = frozenset(standing)
        for listener in list(self._listeners):
            if listener.session_id not in still:
                self.drop(listener, CloseCode.SIGNED_OUT)

    def drop(self, listener: Listener, code: CloseCode) -> None:
        """Told why, then closed."""
        listener.line.write(encode(Bye(code)))
        listener.line.close(code)
        self.leave(listener)

    def _tell(self, scope: str) -> None:
        state = self._scopes.get(scope)
        if state is None or state.head is None:
            return
        state.timer = None
        state.told_at = _now()
        message = encode(Changed(scope, state.head))
        for listener in list(state.listeners):
            if (
                not listener.is_greeted
                or listener.full_since is not None
                or self._write(listener, message) is Written.FULL
            ):
                listener.slots[scope] = state.head

    def _drain(self, listener: Listener) -> None:
        for scope, head in list(listener.slots.items()):
            if self._write(listener, encode(Changed(scope, head))) is not Written.SENT:
                return
            listener.slots.pop(scope, None)

    def _write(self, listener: Listener, message: bytes) -> Written:
        written = listener.line.write(message)
        if written is Written.SENT:
            listener.full_since = None
        elif written is Written.FULL and listener.full_since is None:
            listener.full_since = _now()
        return written


def _now() -> float:
    return asyncio.get_running_loop().time()
