"""Random worlds of edits, restarts, backups, restores and purges: a client is never silently wrong.

Real SQLite and the real feed; the clients are a few lines that follow the protocol's rules for a device. A world is
wrong when a client that is told there is no more holds anything else than the server does.
"""

import random
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from soul_player.database.access import Reader, Writer
from soul_player.database.migrate import migrate, read_migrations
from soul_player.database.sqlite import Inline, SqliteDatabase, drive
from soul_player.protocol.cursor import Cursor, Feed, decode_cursor, encode_cursor
from soul_player.protocol.ids import EraId
from soul_player.server.store import feed
from soul_player.server.store.changes import TOMBSTONE_DAYS, Fact, claim, open_scope, purge_tombstones, record
from soul_player.server.store.eras import mint_era
from soul_player.server.store.feed import CursorRefused, Refusal, read_tracks
from soul_player.server.store.scopes import LIBRARY, Kind
from tests.server.track_rows import add_root, put_track

DAY_MS = 86_400_000
KEY = b"k" * 32
ENTITIES = 12

LIVE = """
    SELECT entity_id, seq FROM sync_change WHERE scope = 'library' AND deleted = 0
"""
IS_LIVE = "SELECT 1 FROM sync_change WHERE scope = 'library' AND entity_id = :id AND deleted = 0"

SCHEMA = read_migrations(Path(feed.__file__).parent / "schema")


class Device:
    """A client by the book: a page and its cursor together, `seq <= known` ignored, a reset on 410."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.cursor: str | None = None
        self.rows: dict[bytes, int] = {}
        self.stale: set[bytes] = set()
        self.refusals: list[Refusal] = []
        self.is_level = False

    def take(self, page: feed.TracksSlice) -> None:
        """Apply one page."""
        for body in [*page.live, *page.new, *page.updated]:
            entity_id, seq = body[:16], int(body[16:])
            if entity_id in self.stale or seq > self.rows.get(entity_id, -1):
                self.rows[entity_id] = seq
            self.stale.discard(entity_id)
        for entity_id in page.deleted:
            self.rows.pop(entity_id, None)
        self.cursor = encode_cursor(page.next_cursor, key=KEY, user_id="u")
        if page.next_cursor.head0 is None:
            # The initial run is over: what it did not name is gone.
            for entity_id in self.stale:
                self.rows.pop(entity_id, None)
            self.stale.clear()
        self.is_level = not page.has_more

    def reset(self, refusal: Refusal) -> None:
        """After 410."""
        self.refusals.append(refusal)
        self.stale = set(self.rows)
        self.cursor = None
        self.is_level = False


class Worlds(RuleBasedStateMachine):
    """One server with a history, and devices that page at their own pace."""

    devices = Bundle("devices")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "server.db"
        self.backup = Path(self.folder.name) / "backup.db"
        self.now_ms = 1_700_000_000_000
        self.eras = 0
        self.all_devices: list[Device] = []
        self.open()
        drive(migrate(self.database, SCHEMA))
        self.write(open_scope, LIBRARY)
        self.write(add_root)
        self.start_alone()

    def open(self) -> None:
        self.database = SqliteDatabase(self.path, Inline(), durable=False)

    def write(self, function: Callable[..., Awaitable[Any]], *args: Any, **kwargs: Any) -> Any:
        return drive(self.database.write(function, *args, **kwargs))

    def start_alone(self) -> None:
        self.eras += 1
        self.write(mint_era, EraId(f"era-{self.eras}"), reason="started alone", now_ms=self.now_ms)

    def everyone_may_be_behind(self) -> None:
        for device in self.all_devices:
            device.is_level = False

    @rule(target=devices, limit=st.integers(1, 7))
    def a_device_is_bought(self, limit: int) -> Any:
        return self.new_device(limit)

    def new_device(self, limit: int) -> Device:
        device = Device(limit)
        self.all_devices.append(device)
        return device

    @rule(numbers=st.lists(st.integers(0, ENTITIES - 1), min_size=1, max_size=6, unique=True), deleted=st.booleans())
    def tracks_change(self, numbers: list[int], deleted: bool) -> None:
        self.write(_change, [bytes([number]) * 16 for number in numbers], deleted=deleted, now_ms=self.now_ms)
        self.everyone_may_be_behind()

    @rule()
    def the_server_is_restarted(self) -> None:
        self.start_alone()

    @rule()
    def a_backup_is_made(self) -> None:
        drive(self.database.close())
        shutil.copyfile(self.path, self.backup)
        self.open()

    @rule()
    def the_backup_is_restored(self) -> None:
        if self.backup.exists():
            drive(self.database.close())
            shutil.copyfile(self.backup, self.path)
            self.open()
            self.start_alone()
            self.everyone_may_be_behind()

    @rule(days=st.integers(1, 2 * TOMBSTONE_DAYS))
    def time_passes_and_tombstones_are_purged(self, days: int) -> None:
        self.now_ms += days * DAY_MS
        self.write(purge_tombstones, LIBRARY, now_ms=self.now_ms)

    @rule(device=devices)
    def a_page_is_pulled(self, device: Device) -> None:
        self.pull(device)

    @rule(device=devices)
    def a_device_catches_up(self, device: Device) -> None:
        pages = 0
        while self.pull(device):
            pages += 1
            assert pages < 200, "the feed does not end"

    def pull(self, device: Device) -> bool:
        was_new = device.cursor is None
        cursor: Cursor | None = None
        if device.cursor is not None:
            cursor = decode_cursor(device.cursor, feed=Feed.TRACKS, key=KEY, user_id="u")
        try:
            page = drive(self.database.read(read_tracks, LIBRARY, cursor, limit=device.limit))
        except CursorRefused as refused:
            assert not was_new, "a device without a cursor was refused"
            device.reset(refused.refusal)
            return True
        device.take(page)
        return page.has_more

    @invariant()
    def nobody_who_is_level_is_wrong(self) -> None:
        live = {row[0]: row[1] for row in drive(self.database.read(_live))}
        for device in self.all_devices:
            if device.is_level:
                assert device.rows == live

    def teardown(self) -> None:
        for device in self.all_devices:
            self.a_device_catches_up(device)
        self.nobody_who_is_level_is_wrong()
        drive(self.database.close())
        self.folder.cleanup()


async def _live(store: Reader) -> list[tuple[bytes, int]]:
    return [(row[0], row[1]) for row in await store.all(LIVE)]


async def _change(store: Writer, ids: list[bytes], *, deleted: bool, now_ms: int) -> None:
    if deleted:
        ids = [entity_id for entity_id in ids if await store.one(IS_LIVE, id=entity_id) is not None]
    if not ids:
        return
    positions = await claim(store, LIBRARY, len(ids))
    for entity_id, seq in zip(ids, positions, strict=True):
        await put_track(store, entity_id, entity_id + str(seq).encode())
    facts = [Fact(Kind.TRACK, entity_id, seq, deleted) for entity_id, seq in zip(ids, positions, strict=True)]
    await record(store, LIBRARY, facts, now_ms=now_ms)


class TestWorlds(Worlds.TestCase):  # type: ignore[valid-type,misc]  # made at run time
    """Hypothesis looks for a world that goes wrong, and shrinks it."""

    settings = settings(
        max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


def test_long_random_worlds_end_level() -> None:
    """Longer histories than the search above affords: many restores while devices are in mid-run."""
    for seed in range(20):
        chooser = random.Random(seed)
        world = Worlds()
        try:
            for _ in range(3):
                world.new_device(chooser.randint(1, 5))
            for _ in range(150):
                _random_step(world, chooser)
                world.nobody_who_is_level_is_wrong()
        finally:
            world.teardown()


def _random_step(world: Worlds, chooser: random.Random) -> None:
    match chooser.choices(range(6), weights=[8, 1, 1, 1, 1, 8])[0]:
        case 0:
            numbers = chooser.sample(range(ENTITIES), chooser.randint(1, 5))
            world.tracks_change(numbers, deleted=chooser.random() < 0.4)
        case 1:
            world.the_server_is_restarted()
        case 2:
            world.a_backup_is_made()
        case 3:
            world.the_backup_is_restored()
        case 4:
            world.time_passes_and_tombstones_are_purged(chooser.randint(1, 200))
        case _:
            world.pull(chooser.choice(world.all_devices))


def test_a_database_put_back_under_a_running_server_is_noticed() -> None:
    """No restart, hence no new era: the head itself is lower than what the cursor has seen."""
    world = Worlds()
    device = world.new_device(3)
    world.tracks_change([1, 2], deleted=False)
    world.a_backup_is_made()
    world.tracks_change([3, 4], deleted=False)
    world.a_device_catches_up(device)
    drive(world.database.close())
    shutil.copyfile(world.backup, world.path)
    world.open()
    assert device.cursor is not None
    cursor = decode_cursor(device.cursor, feed=Feed.TRACKS, key=KEY, user_id="u")
    with pytest.raises(CursorRefused) as caught:
        drive(world.database.read(read_tracks, LIBRARY, cursor, limit=3))
    assert caught.value.refusal is Refusal.DIVERGED
    device.is_level = False
    world.teardown()


def test_a_cursor_that_was_level_with_the_backup_goes_on() -> None:
    """A restore must not send every device through a new initial run: only those that saw what is lost."""
    world = Worlds()
    device = world.new_device(3)
    world.tracks_change([1, 2], deleted=False)
    world.a_device_catches_up(device)
    world.a_backup_is_made()
    world.tracks_change([3], deleted=False)
    world.the_backup_is_restored()
    world.a_device_catches_up(device)
    assert device.refusals == []
    world.teardown()


def test_a_restored_server_that_outgrew_the_device_is_noticed() -> None:
    """The head is above the device's position again, with other rows below it."""
    world = Worlds()
    device = world.new_device(3)
    world.tracks_change([1, 2], deleted=False)
    world.a_backup_is_made()
    world.tracks_change([3], deleted=False)
    world.a_device_catches_up(device)
    world.the_backup_is_restored()
    world.tracks_change([4, 5, 6], deleted=False)
    world.a_device_catches_up(device)
    assert device.refusals == [Refusal.DIVERGED]
    world.teardown()


def test_a_deletion_that_was_purged_unseen_expires_the_cursor() -> None:
    """Otherwise the device would keep the track for ever."""
    world = Worlds()
    device = world.new_device(3)
    world.tracks_change([1, 2], deleted=False)
    world.a_device_catches_up(device)
    world.tracks_change([1], deleted=True)
    world.time_passes_and_tombstones_are_purged(TOMBSTONE_DAYS + 1)
    world.a_device_catches_up(device)
    assert device.refusals == [Refusal.EXPIRED]
    world.teardown()
