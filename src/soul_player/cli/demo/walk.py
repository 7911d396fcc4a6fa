"""The demo's walk: scan, sync, change, edit on two devices, stream, download; each step says only what it checked."""

import asyncio
import hashlib
import time
from datetime import UTC
from typing import Any

from soul_player.cli.demo.albums import ALBUMS, ENCORE, SONGS, Song
from soul_player.cli.demo.claims import Claims
from soul_player.cli.demo.looking import TRACKS_MAX, Known, known, synced
from soul_player.cli.demo.offline import Offline
from soul_player.cli.demo.places import DELETED, NEW_TITLE, RENAMED, RETAGGED, Places
from soul_player.cli.demo.plain_http import ask
from soul_player.cli.demo.server_process import RunningServer
from soul_player.cli.demo.two_devices import TwoDevices
from soul_player.cli.exit_codes import CommandFailed
from soul_player.cli.output import table
from soul_player.cli.words import count, duration
from soul_player.client import (
    Client,
    LibraryTrack,
    load_config,
    open_client,
    parse_query,
    query_condition,
    shown,
)

SCAN_SECONDS = 60.0
_POLL_SECONDS = 0.1
RANGE_FIRST, RANGE_LAST = 40_000, 59_999
# Encoders pad the last frame.
LENGTH_SECONDS_APART = 0.1


class Walk:
    """The demo's server, seen by a client of its own and by plain HTTP."""

    def __init__(self, claims: Claims, places: Places, server: RunningServer) -> None:
        self._claims = claims
        self._places = places
        self._server = server
        self._token = ""

    async def run(self) -> None:
        """Every step in order. Raises `CommandFailed` at the first claim that does not hold."""
        await self._serve()
        async with open_client(load_config(self._places.client_home)) as client:
            await client.sources.add(
                self._server.url, username="admin", password=self._server.password, name="Home Server"
            )
            await self._first_sync(client)
            await self._look(client)
            await self._change(client)
            async with open_client(load_config(self._places.tablet_home)) as tablet:
                await tablet.sources.add(
                    self._server.url, username="admin", password=self._server.password, name="Home Server"
                )
                await TwoDevices(self._claims, self._server, laptop=client, tablet=tablet).run()
            await self._stream(client)
            await Offline(self._claims, self._places, self._server).run()

    async def _serve(self) -> None:
        claims = self._claims
        claims.step("A server that scans it")
        claims.dim(f"$ soul serve --music music --port 0        listening on {self._server.url}")
        mode = self._server.password_file.stat().st_mode & 0o777
        claims.held_that(
            "the first password is in a file that only its owner reads", seen=oct(mode), expected=oct(0o600)
        )
        refused = await self._ask("/api/sync/tracks")
        claims.held_that("a stranger is refused (401)", seen=refused.status, expected=401)
        body = {"username": "admin", "password": self._server.password, "device_id": "demo", "device_name": "Demo"}
        self._token = (await self._ask("/api/auth/login", method="POST", body=body)).json()["access_token"]
        last = await self._at_rest()
        total = (await self._ask("/api/sync/tracks?limit=1")).json()["total"]
        claims.held_that(
            f"the scan found {count(total, 'track')}, every file readable",
            seen=(total, last["unreadable"]),
            expected=(len(SONGS), []),
        )
        claims.held_that(
            "the password's file went with the first sign-in", seen=self._server.password_file.exists(), expected=False
        )

    async def _first_sync(self, client: Client) -> None:
        claims = self._claims
        claims.step("A client that makes it its own")
        claims.dim("$ soul sync")
        result = await synced(claims, client)
        claims.held_that(f"{result.tracks_synced} tracks came", seen=result.tracks_synced, expected=len(SONGS))
        by_title = await known(client)
        claims.held_that(
            "title, artist, album, number and year of each are what its file says",
            seen=sorted(_facts(track) for track, _ in by_title.values()),
            expected=sorted(_song_facts(song) for song in SONGS),
        )
        apart = [abs(by_title[song.title][0].duration_seconds - song.seconds) for song in SONGS]
        claims.held_that(
            f"so is its length, to {LENGTH_SECONDS_APART} s", seen=max(apart) < LENGTH_SECONDS_APART, expected=True
        )
        claims.tell(_albums(by_title))
        idle = await synced(claims, client)
        claims.held_that(
            "syncing again, with nothing new, is one request",
            seen=(idle.requests, idle.tracks_synced, idle.tracks_updated, idle.tracks_deleted),
            expected=(1, 0, 0, 0),
        )

    async def _look(self, client: Client) -> None:
        claims = self._claims
        claims.step("A library of its own to ask")
        expected: dict[str, list[str]] = {
            'artist:amber album:"Night Drive"': _titles(lambda song: song.album is ALBUMS[0]),
            "year:2023.. ^genre:pop": _titles(lambda song: song.album.year >= 2023 and "Pop" not in song.album.genre),
            "solveig, format:m4a": _titles(lambda song: song.album in (ALBUMS[2], ALBUMS[4])),
        }
        for query, titles in expected.items():
            found = await _listed(client, query)
            claims.dim(f"$ soul list '{query}'")
            claims.held_that(
                f"it finds {count(len(found), 'track')}: {', '.join(sorted(found))}",
                seen=sorted(found),
                expected=sorted(titles),
            )

    async def _change(self, client: Client) -> None:
        claims = self._claims
        claims.step("Four changes while the client looks away")
        before = await known(client)
        claims.tell(await asyncio.to_thread(self._places.change_music))
        scan = await self._rescanned()
        claims.held_that(
            f"the scan saw each for what it is: added {scan['added']}, updated {scan['updated']}, "
            f"moved {scan['moved']}, removed {scan['removed']}",
            seen=[scan[kind] for kind in ("added", "updated", "moved", "removed")],
            expected=[1, 1, 1, 1],
        )
        claims.dim("$ soul sync")
        result = await synced(claims, client)
        claims.held_that(
            "exactly what changed came, and nothing else",
            seen=(result.tracks_synced, result.tracks_updated, result.tracks_deleted),
            expected=(1, 1, 1),
        )
        self._check_identities(before, await known(client))

    def _check_identities(self, before: Known, after: Known) -> None:
        claims = self._claims
        gone, new = set(before) - set(after), set(after) - set(before)
        claims.held_that(
            f"{DELETED.title} left the lists, {ENCORE.title} is there",
            seen=(gone, new),
            expected=({RETAGGED.title, DELETED.title}, {NEW_TITLE, ENCORE.title}),
        )
        (was, was_at), (now, now_at) = before[RETAGGED.title], after[NEW_TITLE]
        claims.held_that(
            "the re-tagged track kept its id: other bytes, the same audio",
            seen=(now.id == was.id, now_at.file_hash == was_at.file_hash, now_at.audio_hash == was_at.audio_hash),
            expected=(True, False, True),
        )
        claims.held_that(
            "the renamed one kept everything",
            seen=after[RENAMED.title][0].id,
            expected=before[RENAMED.title][0].id,
        )

    async def _stream(self, client: Client) -> None:
        claims = self._claims
        claims.step("A byte range, as a player asks when it seeks")
        song = SONGS[0]
        _, at_source = (await known(client))[song.title]
        content = await asyncio.to_thread(self._places.file(song).read_bytes)
        wanted = f"bytes={RANGE_FIRST}-{RANGE_LAST}"
        answer = await self._ask(f"/api/tracks/{at_source.remote_id}/stream", headers={"Range": wanted})
        claims.dim(f"GET /api/tracks/{at_source.remote_id}/stream    Range: {wanted}")
        claims.held_that(
            f"206, {answer.headers.get('content-range')}",
            seen=(answer.status, answer.headers.get("content-range")),
            expected=(206, f"bytes {RANGE_FIRST}-{RANGE_LAST}/{len(content)}"),
        )
        claims.held_that(
            f"these {len(answer.body):,} bytes are those of the file",
            seen=_sha256(answer.body),
            expected=_sha256(content[RANGE_FIRST : RANGE_LAST + 1]),
        )

    async def _at_rest(self) -> dict[str, Any]:
        """The last scan, once the server has nothing left to scan or hash."""
        deadline = time.monotonic() + SCAN_SECONDS
        while time.monotonic() < deadline:
            status = (await self._ask("/api/admin/scan")).json()
            if status["state"] == "idle" and status.get("last"):
                last: dict[str, Any] = status["last"]
                return last
            await asyncio.sleep(_POLL_SECONDS)
        raise CommandFailed("demo_scan", f"the scan did not end within {SCAN_SECONDS:.0f} s")

    async def _rescanned(self) -> dict[str, Any]:
        """What a scan that began after now has done; its hashes are done too."""
        answer = await self._ask("/api/admin/scan?wait=true", method="POST")
        if answer.status != 200:
            raise CommandFailed("demo_scan", f"the scan was refused: {answer.status} {answer.body.decode()}")
        done: dict[str, Any] = answer.json()["last"]
        await self._at_rest()
        return done

    async def _ask(self, path: str, **request: Any) -> Any:  # noqa: ANN401  # what plain_http.ask takes
        return await asyncio.to_thread(ask, self._server.url + path, token=self._token, **request)


async def _listed(client: Client, query: str) -> list[str]:
    condition = query_condition(shown(parse_query(query)), now_seconds=int(time.time()), zone=UTC)
    page = await client.library.tracks(condition=condition, limit=TRACKS_MAX)
    return [track.title for track in page.tracks]


def _titles(wanted: Any) -> list[str]:  # noqa: ANN401  # a predicate over songs
    return [song.title for song in SONGS if wanted(song)]


def _facts(track: LibraryTrack) -> tuple[object, ...]:
    return (track.title, track.artist, track.album, track.track_number, track.year)


def _song_facts(song: Song) -> tuple[object, ...]:
    return (song.title, song.album.artist, song.album.title, song.number, song.album.year)


def _albums(by_title: Known) -> list[str]:
    """A line an album."""
    rows = []
    for album in ALBUMS:
        tracks = [track for track, _ in by_title.values() if track.album == album.title]
        length = duration(sum(track.duration_seconds for track in tracks))
        rows.append(
            (album.artist, album.title, str(album.year), album.audio_format, count(len(tracks), "track"), length)
        )
    return table(rows)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
