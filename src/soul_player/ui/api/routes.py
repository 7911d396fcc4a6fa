"""Every route of the local API on one screen: what it takes, what it gives, and what it needs."""

from soul_player.client import Client
from soul_player.edges import Clock
from soul_player.ui.api.library_routes import library_routes
from soul_player.ui.api.openapi import Documentation
from soul_player.ui.api.session import NewLink, SessionRoutes, SignInRequest
from soul_player.ui.api.status import Status, StatusRoutes
from soul_player.ui.api.table import Bytes, Route
from soul_player.ui.gate import Access


def all_routes(client: Client, session: SessionRoutes, *, clock: Clock) -> tuple[Route, ...]:
    """The whole API. `GET` answers `HEAD` too."""
    documentation = Documentation()
    routes = (*_frame(session, documentation), *_sync(client, clock), *library_routes(client, clock))
    documentation.describe(routes)
    return routes


def _frame(session: SessionRoutes, documentation: Documentation) -> tuple[Route, ...]:
    """Who is let in, and what there is."""
    return (
        Route("GET", "/api/openapi.json", documentation.json, Bytes("application/json"), access=Access.OPEN),
        Route("POST", "/api/session", session.begin, body=SignInRequest, status=204, access=Access.OPEN),
        Route("DELETE", "/api/session", session.end, status=204),
        Route("POST", "/api/session/links", session.link, NewLink, status=201),
    )


def _sync(client: Client, clock: Clock) -> tuple[Route, ...]:
    """Sources, syncs, downloads, questions, rules, settings."""
    status = StatusRoutes(client, clock)
    return (Route("GET", "/api/status", status.status, Status),)
