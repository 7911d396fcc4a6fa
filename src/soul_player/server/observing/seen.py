"""What is noted of the request under way, by whoever learns it; found from anywhere in the request's task."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

# A request that no route answers: what somebody made up must not become a label or a line of the log.
NO_ROUTE = "none"


def _nobody() -> str | None:
    return None


@dataclass
class Seen:
    """Never the path, a header or a body: those hold secrets.

    `user_id` is asked for at the end: who it is comes out in the transaction that answers. `reason` is for the log.
    """

    request_id: str
    route: str = NO_ROUTE
    user_id: Callable[[], str | None] = _nobody
    code: str | None = None
    reason: str | None = None


SEEN: ContextVar[Seen | None] = ContextVar("soul_player_seen", default=None)


def note_route(route: str) -> None:
    """Which line of the route table answers."""
    seen = SEEN.get()
    if seen is not None:
        seen.route = route


def note_user(user_id: Callable[[], str | None]) -> None:
    """Who asks, once that is known."""
    seen = SEEN.get()
    if seen is not None:
        seen.user_id = user_id


def note_problem(code: str, reason: str | None = None) -> None:
    """Why it is refused. `reason` may be more than the client is told."""
    seen = SEEN.get()
    if seen is not None:
        seen.code, seen.reason = code, reason
