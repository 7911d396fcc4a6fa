"""A store that was filled in bulk: its feed must be the one that a scan would have left."""

from benchmarks.library import encode_track, generate_tracks
from benchmarks.store import change, fill
from soul_player.protocol.cursor import Cursor
from soul_player.protocol.ids import id_bytes
from soul_player.server.store.feed import read_tracks
from soul_player.server.store.open import Store
from soul_player.server.store.scopes import LIBRARY
from tests.conftest import opened, run

TRACKS = 230
ROWS_PER_PAGE = 50


async def _live(store: Store) -> tuple[list[bytes], Cursor]:
    bodies: list[bytes] = []
    cursor: Cursor | None = None
    for _ in range(100):
        page = await store.database.read(read_tracks, LIBRARY, cursor, limit=ROWS_PER_PAGE)
        bodies += page.live
        cursor = page.next_cursor
        if not page.has_more:
            return bodies, cursor
    raise AssertionError("the feed did not end")


def test_the_feed_holds_every_generated_track(store_url: str) -> None:
    """In the order of the positions, with the bodies that carry them."""

    async def check() -> None:
        async with opened(store_url) as store:
            await fill(store.database, TRACKS, seed=3)
            bodies, _ = await _live(store)
            assert bodies == [encode_track(generated.track) for generated in generate_tracks(TRACKS, seed=3)]

    run(check())


def test_ten_changes_are_ten_rows_of_the_next_page(store_url: str) -> None:
    """Eight changed and two deleted, which is what the benchmark of small changes asks a client to take."""

    async def check() -> None:
        async with opened(store_url) as store:
            await fill(store.database, TRACKS, seed=3)
            _, cursor = await _live(store)
            tracks = [generated.track for generated in generate_tracks(TRACKS, seed=3)][40:50]
            await change(store.database, tracks, deleted=2)
            page = await store.database.read(read_tracks, LIBRARY, cursor, limit=ROWS_PER_PAGE)
            assert (len(page.new), len(page.updated)) == (0, 8)
            assert list(page.deleted) == [id_bytes(track.id) for track in tracks[8:]]
            assert not page.has_more

    run(check())
