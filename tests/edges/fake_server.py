"""A server of music that lives in memory and can be told to misbehave: real sockets, a feed by the rules, no disk.

What a hostile or broken server does cannot be asked of the real one; everything else is tested against that.
"""

import base64
import gzip
import hashlib
import json
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import zstandard
from aiohttp import web

from soul_player.protocol.ids import TrackId, mint_id
from soul_player.protocol.page import Heads
from soul_player.protocol.server_info import ServerInfo
from soul_player.protocol.session import SignedIn, User
from soul_player.protocol.track import Track

Misbehaviour = Callable[[web.Request], Awaitable[web.StreamResponse | None]]

USERNAME = "ann"
PASSWORD = "correct horse battery staple"


def make_id(number: int) -> TrackId:
    """The id with this number: later ones are greater."""
    return TrackId(mint_id(1_700_000_000_000 + number, number.to_bytes(10, "big")))


def make_track(number: int, **changed: Any) -> Track:
    """A valid track, one thing said per test. Its position is the server's to give."""
    values: dict[str, Any] = {
        "id": make_id(number),
        "title": f"Title {number}",
        "content_type": "audio/flac",
        "file_size": 1000 + number,
        "duration_seconds": 200.5,
        "added_at": "2026-01-31T10:00:00.000Z",
        "updated_at": "2026-01-31T10:00:00.000Z",
        "seq": 0,
        "artist": f"Artist {number % 7}",
        "artists": (f"Artist {number % 7}",),
        "album": f"Album {number % 11}",
        "track_number": number % 12 + 1,
        "genres": ("Jazz",),
        **changed,
    }
    return Track(**values)


@dataclass
class Seen:
    """One request that came."""

    method: str
    path: str
    query: dict[str, str]
    authorization: str | None
    body: bytes


@dataclass
class FakeServer:
    """Change it at any time; it answers from what it holds then."""

    server_id: str = "01890000-0000-7000-8000-00000000000a"
    era: str = "01890000-0000-7000-8000-0000000000e1"
    name: str = "Fake"
    protocol: int = 1
    head: int = 0
    live: dict[TrackId, Track] = field(default_factory=dict)
    deleted: dict[TrackId, int] = field(default_factory=dict)
    files: dict[TrackId, bytes] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    # Positions of an earlier era (or every one) are refused with this code.
    refuses: str | None = None
    refuses_every: bool = False
    access_tokens: set[str] = field(default_factory=set)
    refresh_token: str = "refresh-0"
    expires_in: int = 900
    logins: int = 0
    refreshes: int = 0
    # Asked first for each request; what it answers is sent, None means: behave.
    misbehave: Misbehaviour | None = None
    url: str = ""
    base_path: str = ""

    def put(self, *tracks: Track) -> None:
        """Add or change tracks: each moves to a position of its own."""
        for track in tracks:
            self.head += 1
            self.deleted.pop(track.id, None)
            self.live[track.id] = msgspec.structs.replace(track, seq=self.head)

    def delete(self, *ids: TrackId) -> None:
        """Each leaves a tombstone at a position of its own."""
        for track_id in ids:
            self.head += 1
            del self.live[track_id]
            self.deleted[track_id] = self.head

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [one.path for one in self.seen]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Every request."""
        body = await request.read()
        query = dict(request.query)
        self.seen.append(Seen(request.method, request.path, query, request.headers.get("Authorization"), body))
        if self.misbehave is not None:
            answer = await self.misbehave(request)
            if answer is not None:
                return answer
        if not request.path.startswith(f"{self.base_path}/api/"):
            return web.Response(status=404, text="no such page")
        match self._parts(request):
            case ["health"]:
                return _json(request, {"status": "ok"})
            case ["server"]:
                return _json(request, ServerInfo(self.server_id, self.name, "1.0", self.protocol))  # type: ignore[arg-type]  # texts
            case ["auth", "login"]:
                return self._login(request, json.loads(body))
            case ["auth", "refresh"]:
                return self._refresh(request, json.loads(body))
        token = (request.headers.get("Authorization") or "").removeprefix("Bearer ")
        if token not in self.access_tokens:
            return problem(401, "token_expired")
        return self._authorised(request)

    def _parts(self, request: web.Request) -> list[str]:
        return request.path.removeprefix(self.base_path).split("/")[2:]

    def _authorised(self, request: web.Request) -> web.StreamResponse:
        match self._parts(request):
            case ["auth", "logout" | "password"]:
                return web.Response(status=204)
            case ["sync", "heads"]:
                heads = {"library": self.head}
                return _json(request, Heads(self.server_id, self.era, heads, "2026-01-31T10:00:00.000Z"))  # type: ignore[arg-type]  # texts
            case ["sync", "tracks"]:
                return self._page(request)
            case ["tracks", track_id, "download"]:
                return self._download(request, TrackId(track_id))
            case _:
                return problem(404, "not_found")

    def _login(self, request: web.Request, asked: dict[str, str]) -> web.Response:
        if (asked["username"], asked["password"]) != (USERNAME, PASSWORD):
            return problem(401, "invalid_credentials")
        self.logins += 1
        return self._signed_in(request)

    def _refresh(self, request: web.Request, asked: dict[str, str]) -> web.Response:
        if asked["refresh_token"] != self.refresh_token:
            return problem(401, "token_revoked")
        self.refreshes += 1
        return self._signed_in(request)

    def _signed_in(self, request: web.Request) -> web.Response:
        number = self.logins + self.refreshes
        token = f"access-{number}"
        self.access_tokens = {token}
        self.refresh_token = f"refresh-{number}"
        user = User("01890000-0000-7000-8000-0000000000ab", USERNAME, False, "2026-01-31T10:00:00.000Z")  # type: ignore[arg-type]  # texts
        return _json(request, SignedIn(token, self.refresh_token, self.expires_in, user))

    def _page(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", "100"))
        if "cursor" in request.query:
            try:
                era, cursor = json.loads(base64.urlsafe_b64decode(request.query["cursor"]))
            except ValueError:
                return problem(410, "cursor_invalid")
            if self.refuses is not None and (self.refuses_every or era != self.era):
                return problem(410, self.refuses)
        else:
            cursor = {"after": 0, "head0": self.head, "total": len(self.live)}
        if "head0" in cursor:
            return _json(request, self._initial(cursor, limit))
        return _json(request, self._incremental(cursor, limit))

    def _initial(self, cursor: dict[str, int], limit: int) -> dict[str, object]:
        after, head0 = cursor["after"], cursor["head0"]
        rows = sorted((t for t in self.live.values() if after < t.seq <= head0), key=lambda track: track.seq)
        page, rest = rows[:limit], rows[limit:]
        following = {**cursor, "after": page[-1].seq} if rest else {"after": head0}
        return {
            "tracks": page,
            "next_cursor": self._cursor(following),
            "has_more": bool(rest) or self.head > head0,
            "total": cursor["total"],
        }

    def _incremental(self, cursor: dict[str, int], limit: int) -> dict[str, object]:
        after = cursor["after"]
        rows: list[tuple[int, Track | TrackId]] = [(t.seq, t) for t in self.live.values() if t.seq > after]
        rows += [(seq, track_id) for track_id, seq in self.deleted.items() if seq > after]
        rows.sort(key=lambda row: row[0])
        page, rest = rows[:limit], rows[limit:]
        return {
            "new_tracks": [],
            "updated_tracks": [row for _, row in page if isinstance(row, Track)],
            "deleted_tracks": [row for _, row in page if isinstance(row, str)],
            "next_cursor": self._cursor({"after": page[-1][0] if rest else self.head}),
            "has_more": bool(rest),
        }

    def _cursor(self, inside: dict[str, int]) -> str:
        return base64.urlsafe_b64encode(json.dumps([self.era, inside]).encode()).decode()

    def _download(self, request: web.Request, track_id: TrackId) -> web.Response:
        content = self.files.get(track_id)
        if content is None:
            return problem(404, "track_gone")
        headers = {"ETag": f'"sha256-{hashlib.sha256(content).hexdigest()}"', "Accept-Ranges": "bytes"}
        span = request.headers.get("Range")
        if span is None:
            return web.Response(body=content, headers=headers, content_type="audio/flac")
        first, _, last = span.removeprefix("bytes=").partition("-")
        part = content[int(first) : int(last) + 1 if last else None]
        if not part:
            return web.Response(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
        end = int(first) + len(part) - 1
        headers["Content-Range"] = f"bytes {first}-{end}/{len(content)}"
        return web.Response(status=206, body=part, headers=headers, content_type="audio/flac")


def problem(status: int, code: str, headers: dict[str, str] | None = None) -> web.Response:
    """A problem document."""
    body = json.dumps({"title": code, "status": status, "code": code}).encode()
    return web.Response(status=status, body=body, content_type="application/problem+json", headers=headers)


def _json(request: web.Request, message: object) -> web.Response:
    body = msgspec.json.encode(message)
    offered = request.headers.get("Accept-Encoding", "")
    headers = {}
    if len(body) >= 1024 and "zstd" in offered:
        body, headers = zstandard.ZstdCompressor(level=1).compress(body), {"Content-Encoding": "zstd"}
    elif len(body) >= 1024 and "gzip" in offered:
        body, headers = gzip.compress(body, 1), {"Content-Encoding": "gzip"}
    return web.Response(body=body, content_type="application/json", headers=headers)


@asynccontextmanager
async def fake_server(
    *, tls: ssl.SSLContext | None = None, port: int = 0, **values: Any
) -> AsyncGenerator[FakeServer, None]:
    """Listening on 127.0.0.1 while the block runs."""
    server = FakeServer(**values)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{rest:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
        await site.start()
        bound = runner.addresses[0][1]
        server.url = f"{'https' if tls else 'http'}://127.0.0.1:{bound}"
        yield server
    finally:
        await runner.cleanup()
