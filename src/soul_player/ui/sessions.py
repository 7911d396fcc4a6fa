"""Who may use the local API: one-time links, the sessions they are exchanged for, and the token of other programs."""

import base64
import hashlib
import hmac

from soul_player.edges import Clock, Randomness

LINK_SECONDS = 60.0
# Links that nobody used: more are made only by somebody who holds the token already.
LINKS_MAX = 16
SESSION_SECONDS = 30 * 86_400.0
SESSIONS_MAX = 64
SECRET_BYTES = 32


class Sessions:
    """Of one process. Only hashes are kept: a code, a cookie or the token cannot be read out of it."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._links: dict[bytes, float] = {}
        self._sessions: dict[bytes, float] = {}
        token = self._secret()
        self._token_hash = _hash(token)
        # Handed out once, to be written to `run.json`.
        self.token = token

    def make_link_code(self) -> str:
        """For one exchange within `LINK_SECONDS`."""
        now = self._clock.monotonic()
        self._links = dict(list(_alive(self._links, now).items())[1 - LINKS_MAX :])
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
        now = self._clock.monotonic()
        self._sessions = dict(list(_alive(self._sessions, now).items())[1 - SESSIONS_MAX :])
        session = self._secret()
        self._sessions[_hash(session)] = now + SESSION_SECONDS
        return session

    def is_session(self, session: str) -> bool:
        """Whether it was begun here, and lasts."""
        return self._sessions.get(_hash(session), 0.0) > self._clock.monotonic()

    def end(self, session: str) -> None:
        """Sign out."""
        self._sessions.pop(_hash(session), None)

    def end_others(self, session: str) -> None:
        """All but this one."""
        self._sessions = {key: ends_at for key, ends_at in self._sessions.items() if key == _hash(session)}

    def is_token(self, token: str) -> bool:
        """Whether it is the token of `run.json`."""
        return hmac.compare_digest(_hash(token), self._token_hash)

    def _secret(self) -> str:
        return base64.urlsafe_b64encode(self._randomness.bytes(SECRET_BYTES)).rstrip(b"=").decode()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _alive(ends: dict[bytes, float], now: float) -> dict[bytes, float]:
    return {key: ends_at for key, ends_at in ends.items() if ends_at > now}
