"""Every route of the server on one screen, and who may use it."""

from dataclasses import dataclass

from soul_player.server.api.admin import UserRoutes
from soul_player.server.api.artwork import ArtworkRoutes
from soul_player.server.api.documentation import Documentation
from soul_player.server.api.edits import EditRoutes
from soul_player.server.api.fingerprints import FingerprintRoutes
from soul_player.server.api.gate import Access, InOneRead, Open, OpenOrSignedIn, Scraped, SignedIn, Work
from soul_player.server.api.info import InfoRoutes
from soul_player.server.api.metrics import MetricsRoutes
from soul_player.server.api.scans import ScanRoutes
from soul_player.server.api.sessions import SessionRoutes
from soul_player.server.api.sync import SyncRoutes
from soul_player.server.api.tracks import TrackRoutes


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    path: str
    access: Access
    work: Work


@dataclass(frozen=True)
class Rooms:
    """Where the routes' work is done."""

    info: InfoRoutes
    sessions: SessionRoutes
    sync: SyncRoutes
    edits: EditRoutes
    tracks: TrackRoutes
    artwork: ArtworkRoutes
    fingerprints: FingerprintRoutes
    scans: ScanRoutes
    users: UserRoutes
    metrics: MetricsRoutes


def all_routes(rooms: Rooms, *, base_path: str = "") -> tuple[Route, ...]:
    """The whole API. `GET` answers `HEAD` too."""
    anyone, user, admin = Access.ANONYMOUS, Access.USER, Access.ADMIN
    info, sessions, sync, tracks, users = rooms.info, rooms.sessions, rooms.sync, rooms.tracks, rooms.users
    routes = (
        Route("GET", "/api/health", anyone, Open(info.health)),
        Route("GET", "/api/server", anyone, OpenOrSignedIn(info.server)),
        Route("POST", "/api/auth/login", anyone, Open(sessions.login)),
        Route("POST", "/api/auth/refresh", anyone, Open(sessions.refresh)),
        Route("POST", "/api/auth/logout", user, SignedIn(sessions.logout)),
        Route("POST", "/api/auth/password", user, SignedIn(sessions.password)),
        Route("GET", "/api/auth/devices", user, SignedIn(sessions.devices)),
        Route("DELETE", "/api/auth/devices/{device_id}", user, SignedIn(sessions.remove_device)),
        Route("GET", "/api/sync/heads", user, InOneRead(sync.heads)),
        Route("GET", "/api/sync/tracks", user, InOneRead(sync.tracks)),
        Route("GET", "/api/sync/playlists", user, InOneRead(rooms.edits.playlists)),
        Route("GET", "/api/sync/user-data", user, InOneRead(rooms.edits.user_data)),
        Route("GET", "/api/sync/digest", user, InOneRead(rooms.edits.digest)),
        Route("POST", "/api/sync/push", user, InOneRead(rooms.edits.push)),
        Route("GET", "/api/tracks/{track_id}", user, InOneRead(tracks.track)),
        Route("GET", "/api/tracks/{track_id}/stream", user, InOneRead(tracks.stream)),
        Route("GET", "/api/tracks/{track_id}/download", user, InOneRead(tracks.download)),
        Route("GET", "/api/tracks/{track_id}/artwork", user, InOneRead(rooms.artwork.artwork)),
        Route("GET", "/api/tracks/{track_id}/fingerprint", user, InOneRead(rooms.fingerprints.one)),
        Route("POST", "/api/tracks/fingerprints", user, SignedIn(rooms.fingerprints.many)),
        Route("GET", "/api/admin/scan", admin, SignedIn(rooms.scans.status)),
        Route("POST", "/api/admin/scan", admin, SignedIn(rooms.scans.scan)),
        Route("POST", "/api/admin/scan/confirm", admin, SignedIn(rooms.scans.confirm)),
        Route("GET", "/api/admin/users", admin, SignedIn(users.users)),
        Route("POST", "/api/admin/users", admin, SignedIn(users.add_user)),
        Route("DELETE", "/api/admin/users/{user_id}", admin, SignedIn(users.remove_user)),
        Route("GET", "/metrics", Access.MONITOR, Scraped(rooms.metrics.read)),
    )
    documentation = Documentation([(each.method, each.path, each.access) for each in routes], base_path=base_path)
    return (
        *routes,
        Route("GET", "/api/openapi.json", anyone, Open(documentation.json)),
        Route("GET", "/api/docs", anyone, Open(documentation.page)),
    )
