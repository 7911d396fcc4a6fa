"""Libraries for tests of edits: a source that is signed in, tracks that it holds, no server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from soul_player.client.edits.door import Edits
from soul_player.client.library.accounts import Account, find_account, note_device
from soul_player.client.library.marks import compute_marks, find_marks
from soul_player.client.library.model import LocalTrackId, SourceId, SourceType
from soul_player.client.library.open import open_library
from soul_player.client.library.overlay import ShownPlaylist
from soul_player.client.library.shown_playlists import compute_playlist, shown_entries
from soul_player.client.library.sources import NewSource, add_source
from soul_player.client.library.track_sources import store_tracks
from soul_player.database.access import Database, Reader, Writer
from soul_player.database.sqlite import Inline
from soul_player.protocol.ids import id_bytes
from tests.client.new_library import lay_library
from tests.edges.fake_clock import FakeClock
from tests.edges.fake_server import make_track
from tests.edges.seeded_randomness import SeededRandomness

ACCOUNT = "01890000-0000-7000-8000-0000000000ab"
SHOWN = "SELECT id, uid FROM playlists WHERE source_id IS NOT NULL"
COUNTED = "SELECT entry_count FROM playlists WHERE id = :id"
TRACKS = "SELECT track_id FROM track_sources WHERE source_id = :source_id ORDER BY remote_id"


@dataclass
class Home:
    """One device without a network."""

    library: Database
    edits: Edits
    clock: FakeClock
    source_id: SourceId
    tracks: list[LocalTrackId] = field(default_factory=list)

    async def account(self) -> Account:
        """The one that is signed in."""
        account = await self.library.read(find_account, self.source_id)
        assert account is not None
        return account

    async def shown(self, playlist_id: int) -> list[str]:
        """The entries' ids, in order."""
        entries = await self.library.read(shown_entries, playlist_id)
        return [
            entry.entry_id.hex()
            for entry in sorted(entries.values(), key=lambda one: one.place)
            if not entry.is_removed
        ]

    async def check(self) -> None:
        """What is shown is what the definition says, to the last row."""
        account = await self.account()
        for playlist_id, uid in await self.library.read(_all, SHOWN):
            right: ShownPlaylist = await self.library.read(compute_playlist, account, uid)
            held = await self.library.read(shown_entries, playlist_id)
            assert {key: _bare(one) for key, one in held.items()} == {
                key: _bare(one) for key, one in right.entries.items()
            }
            assert right.header is not None
            ((counted,),) = await self.library.read(_all, COUNTED, id=playlist_id)
            assert counted == sum(not one.is_removed for one in held.values())
        for track_id in self.tracks:
            assert await self.library.read(find_marks, track_id) == await self.library.read(compute_marks, track_id)


@asynccontextmanager
async def a_home(folder: Path, *, tracks: int = 5, seed: int = 0) -> AsyncGenerator[Home, None]:
    """A library with one source and its tracks."""
    clock = FakeClock()
    await lay_library(folder)
    async with open_library(folder, runner=Inline()) as library:
        source_id = await library.write(_fill, tracks, clock.now_ms())
        home = Home(library, Edits(library, clock=clock, randomness=SeededRandomness(seed)), clock, source_id)
        home.tracks = [LocalTrackId(row[0]) for row in await library.read(_all, TRACKS, source_id=source_id)]
        yield home


async def _fill(library: Writer, tracks: int, now_ms: int) -> SourceId:
    new = NewSource(name="home", type=SourceType.SERVER, urls=("http://127.0.0.1:1",), account_id=ACCOUNT)
    source_id = await add_source(library, new, now_ms=now_ms)
    await note_device(library, source_id, account_id=ACCOUNT, device_id="device-1")
    made = [make_track(number, seq=number + 1) for number in range(tracks)]
    await store_tracks(library, source_id, run=1, tracks=made, ids=b"".join(id_bytes(track.id) for track in made))
    return source_id


async def _all(library: Reader, sql: str, /, **values: Any) -> Any:
    return await library.all(sql, **values)


def _bare(entry: Any) -> tuple[Any, ...]:
    return (entry.remote_track_id, entry.position, entry.added_at, entry.track_id, entry.is_removed)
