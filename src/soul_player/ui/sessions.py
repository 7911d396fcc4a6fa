"""Who may use the local API: one-time links, the sessions they are exchanged for, and the token of other programs."""

import base64
import hashlib
import hmac
from typing import Protocol

from soul_player.edges import Clock, Randomness

LINK_SECONDS = 60.0
# Links that nobody used: more are made only by somebody who holds the token already.
LINKS_MAX = 16
SESSION_SECONDS = 30 * 86_400.0
# A clock that was set back by more makes a session end: nobody knows how old it is.
SLACK_MS = 86_400_000
SESSIONS_MAX = 64
SECRET_BYTES = 32


class Kept(Protocol):
    """Where sessions are kept beyond this process (`ui/kept_sessions.py`)."""

    def news(self) -> dict[bytes, int] | None:
        """Those that are kept now; None: nothing was changed there."""
        ...

    def keep(self, sessions: dict[bytes, int]) -> None:
        """These, and no others."""
        ...


class Sessions:
    """Links and the token are of one process, sessions of a home. Only hashes are kept: a code, a cookie or the token
    cannot be read out of it."""

    def __init__(self, clock: Clock, randomness: Randomness, kept: Kept) -> None:
        self._clock = clock
        self._randomness = randomness
        self._kept = kept
        self._links: dict[bytes, float] = {}
        # Each with the time at which it ends.
        self._sessions: dict[bytes, int] = kept.news() or {}
        token = self._secret()
        self._token_hash = _hash(token)
        # Handed out once, to be written to `run.json`.
        self.token = token

    def make_link_code(self) -> str:
        """For one exchange within `LINK_SECONDS`."""
        now = self._clock.monotonic()
        self._links = dict(list(_lasting(self._links, now).items())[1 - LINKS_MAX :])
        code = self._secret()
        self._links[_hash(code)] = now + LINK_SECONDS
        return code

    def exchange(self, code: str) -> str | None:
        """A session for a code, which is then used up. None: it is none, too old, or was used."""
        ends_at = self._links.pop(_hash(code), None)
        if ends_at is None or ends_at <= self._clock.monotonic():
            return None
        return self.begin()

    def begin(self) -> str:
        """A session, for somebody who has proved who they are; the oldest ends when there are too many."""
        session = self._secret()
        alive = list(self._alive().items())[1 - SESSIONS_MAX :]
        self._keep({**dict(alive), _hash(session): self._clock.now_ms() + round(SESSION_SECONDS * 1_000)})
        return session

    def is_session(self, session: str) -> bool:
        """Whether it was begun in this home, and lasts."""
        return _hash(session) in self._alive()

    def end(self, session: str) -> None:
        """Sign out."""
        self._keep({key: ends_at for key, ends_at in self._alive().items() if key != _hash(session)})

    def end_others(self, session: str = "") -> None:
        """All but this one."""
        self._keep({key: ends_at for key, ends_at in self._alive().items() if key == _hash(session)})

    def _alive(self) -> dict[bytes, int]:
        news = self._kept.news()
        if news is not None:
            self._sessions = news
        now_ms = self._clock.now_ms()
        last_ms = now_ms + round(SESSION_SECONDS * 1_000) + SLACK_MS
        return {key: ends_at for key, ends_at in self._sessions.items() if now_ms < ends_at <= last_ms}

    def _keep(self, sessions: dict[bytes, int]) -> None:
        self._sessions = sessions
        self._kept.keep(sessions)

    def is_token(self, token: str) -> bool:
        """Whether it is the token of `run.json`."""
        return hmac.compare_digest(_hash(token), self._token_hash)

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._randomness.bytes(SECRET_BYTES)).rstrip(b"=").decode()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _lasting(ends: dict[bytes, float], now: float) -> dict[bytes, float]:
    return {key: ends_at for key, ends_at in ends.items() if ends_at > now}
