"""The demo's phone: an album comes over a line that breaks off, whole all the same, and is there without a network."""

import asyncio
import hashlib
import time
from datetime import UTC

from soul_player.cli.demo.albums import ENCORE, Song
from soul_player.cli.demo.claims import Claims
from soul_player.cli.demo.cut_line import CutLine, cut_line
from soul_player.cli.demo.looking import known, synced
from soul_player.cli.demo.places import Places
from soul_player.cli.demo.server_process import RunningServer
from soul_player.cli.words import percent, size
from soul_player.client import (
    Client,
    DownloadProgress,
    LocalTrackId,
    Wish,
    load_config,
    open_client,
    parse_query,
    query_condition,
)

CUTS = 2
CUT_AFTER_BYTES = 90_000


class Offline:
    """One device more, that keeps an album."""

    def __init__(self, claims: Claims, places: Places, server: RunningServer) -> None:
        self._claims = claims
        self._places = places
        self._server = server

    async def run(self) -> None:
        """Raises `CommandFailed` at the first claim that does not hold."""
        claims = self._claims
        claims.step("An album, downloaded over a line that breaks off")
        async with (
            cut_line(self._server.url) as line,
            open_client(load_config(self._places.phone_home)) as phone,
        ):
            await phone.sources.add(line.url, username="admin", password=self._server.password, name="Home Server")
            await synced(claims, phone)
            await self._download(phone, line)
            await self._look(phone)

    async def _download(self, phone: Client, line: CutLine) -> None:
        query = f'album:"{ENCORE.album.title}"'
        condition = query_condition(parse_query(query), now_seconds=int(time.time()), zone=UTC)
        self._claims.dim(f"$ soul download '{query}'")
        line.cuts, line.cut_after = CUTS, CUT_AFTER_BYTES
        resumed: dict[LocalTrackId, int] = {}
        with phone.events.subscribe() as events:
            asked = await phone.downloads.ask(Wish(f"album {ENCORE.album.title}", query, condition))
            await phone.downloads.run(until_idle=True)
            while (event := events.take()) is not None:
                if isinstance(event, DownloadProgress) and event.resumed_bytes and event.bytes_total:
                    resumed[event.track_id] = percent(event.resumed_bytes, event.bytes_total)
        by_id = {track.id: track for track, _ in (await known(phone)).values()}
        self._claims.tell([f"{by_id[track_id].title}: resumed at {at} %" for track_id, at in resumed.items()])
        self._claims.held_that(
            f"the line broke {CUTS} times, and as many tracks went on where they had stopped",
            seen=(line.was_cut, len(resumed), await phone.downloads.list()),
            expected=(CUTS, CUTS, []),
        )
        stored = await phone.downloads.store.storage()
        self._claims.held_that(
            f"all {len(asked.queued)} of the album are here, {size(stored.kept_bytes)}, because it was asked for",
            seen=(stored.copies, {await phone.downloads.store.kept_because(track) for track in asked.queued}),
            expected=(len(ENCORE.album.titles), {(f"you asked: album {ENCORE.album.title}",)}),
        )

    async def _look(self, phone: Client) -> None:
        by_title = await known(phone)
        songs = [Song(ENCORE.album, number + 1) for number in range(len(ENCORE.album.titles))]
        here = {song.title: by_title[song.title][1].path for song in songs}
        on_disk = {title: await asyncio.to_thread(_sha256, path) for title, path in here.items()}
        self._claims.held_that(
            "the sha256 of every copy is the one that the library knows, and its row says cached only now",
            seen={title: (f"sha256:{digest}", "cached") for title, digest in on_disk.items()},
            expected={
                song.title: (by_title[song.title][1].file_hash, by_title[song.title][0].status.value) for song in songs
            },
        )


def _sha256(path: str | None) -> str:
    if path is None:
        return "no file"
    with open(path, "rb") as file:  # noqa: PTH123  # a path as the library tells it
        return hashlib.file_digest(file, "sha256").hexdigest()
