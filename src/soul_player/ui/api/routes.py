"""Every route of the local API on one screen: what it takes, what it gives, and what it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from soul_player.client import Client
from soul_player.edges import Clock
from soul_player.ui.api.answers import Reply
from soul_player.ui.api.calls import Call
from soul_player.ui.api.session import NewLink, SessionRoutes, SignInRequest
from soul_player.ui.api.status import Status, StatusRoutes
from soul_player.ui.api.tracks import TrackRoutes, TrackRows, TracksQuery
from soul_player.ui.gate import Access

Message = type[msgspec.Struct]


@dataclass(frozen=True)
class Bytes:
    """An answer that is no JSON, of this type."""

    content_type: str


@dataclass(frozen=True)
class Route:
    """One method of one path. The first line of the work's docstring says what it does, also in the documents.

    `answer`: None is an answer without a body. `query` and `body`: what `call.query` and `call.message` give; a route
    can read nothing else.
    """

    method: str
    path: str
    work: Callable[[Call], Awaitable[Reply]]
    answer: Message | Bytes | None = None
    query: Message | None = None
    body: Message | None = None
    status: int = 200
    access: Access = Access.SIGNED_IN


def all_routes(client: Client, session: SessionRoutes, *, clock: Clock) -> tuple[Route, ...]:
    """The whole API. `GET` answers `HEAD` too."""
    return (*_frame(session), *_sync(client, clock), *_library(client, clock))


def _frame(session: SessionRoutes) -> tuple[Route, ...]:
    return (
        Route("POST", "/api/session", session.begin, body=SignInRequest, status=204, access=Access.OPEN),
        Route("DELETE", "/api/session", session.end, status=204),
        Route("POST", "/api/session/links", session.link, NewLink, status=201),
    )


def _sync(client: Client, clock: Clock) -> tuple[Route, ...]:
    """Sources, syncs, downloads, questions, rules, settings."""
    status = StatusRoutes(client, clock)
    return (Route("GET", "/api/status", status.status, Status),)


def _library(client: Client, clock: Clock) -> tuple[Route, ...]:
    """Tracks, albums, artists, playlists, marks, pictures, audio."""
    tracks = TrackRoutes(client, clock)
    return (Route("GET", "/api/tracks", tracks.page, TrackRows, query=TracksQuery),)
