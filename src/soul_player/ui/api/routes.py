"""Every route of the local API on one screen: what it takes, what it gives, and what it needs."""

from dataclasses import dataclass

from soul_player.client import Client
from soul_player.edges import Clock
from soul_player.ui.api.identity import Identity, IdentityQuery, IdentityRoutes
from soul_player.ui.api.library_routes import library_routes
from soul_player.ui.api.openapi import Documentation
from soul_player.ui.api.session import NewLink, NewUiPassword, SessionRoutes, SessionState, SignInRequest
from soul_player.ui.api.sync_routes import SyncParts, sync_routes
from soul_player.ui.api.table import Bytes, Route
from soul_player.ui.gate import Access


@dataclass(frozen=True)
class Entrance:
    """Who this is, and who is let in."""

    identity: IdentityRoutes
    session: SessionRoutes


def all_routes(client: Client, entrance: Entrance, parts: SyncParts, *, clock: Clock) -> tuple[Route, ...]:
    """The whole API. `GET` answers `HEAD` too."""
    documentation = Documentation()
    routes = (*_frame(entrance, documentation), *sync_routes(client, parts, clock), *library_routes(client, clock))
    documentation.describe(routes)
    return routes


def _frame(entrance: Entrance, documentation: Documentation) -> tuple[Route, ...]:
    """Who is let in, and what there is."""
    session = entrance.session
    return (
        Route("GET", "/api/openapi.json", documentation.json, Bytes("application/json"), access=Access.OPEN),
        Route("GET", "/api/identity", entrance.identity.identity, Identity, query=IdentityQuery, access=Access.OPEN),
        Route("POST", "/api/session", session.begin, body=SignInRequest, status=204, access=Access.OPEN),
        Route("GET", "/api/session", session.state, SessionState, access=Access.OPEN),
        Route("DELETE", "/api/session", session.end, status=204),
        Route("DELETE", "/api/sessions", session.end_all, status=204),
        Route("DELETE", "/api/sessions/others", session.end_others, status=204),
        Route("PUT", "/api/session/password", session.set_password, body=NewUiPassword, status=204),
        Route("POST", "/api/session/links", session.link, NewLink, status=201),
    )
