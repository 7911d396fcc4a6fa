"""What can happen in a world at any moment, by the names that its plan knows."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from soul_player.protocol.ids import id_text
from tests.simulation.device import Device
from tests.simulation.laws_of_edits import pending_on, user_id
from tests.simulation.network import Wire
from tests.simulation.plan import DEVICES_MAX
from tests.simulation.templates import USERS
from tests.simulation.views import LibraryView
from tests.simulation.world import DAY_MS, HomeCopy, World

RELIVED_MAX = 40
# What a device surely still offers again.
REMEMBERED_MS = 29 * DAY_MS


async def scan(world: World) -> None:
    """Files come, change and go."""
    added, changed, removed = (world.random.randint(0, most) for most in (6, 6, 4))
    await world.on_server(world.server.scan(world.random, added=added, changed=changed, removed=removed))


async def mass_deletion(world: World) -> None:
    """A disk full of files is gone."""
    await world.on_server(world.server.scan(world.random, added=0, changed=0, removed=70))


async def server_loses_power(world: World) -> None:
    """In the middle of whatever it does."""
    world.server.jobs_left = world.random.randint(1, 12)


async def server_restarts(world: World) -> None:
    """By itself."""
    world.server.stop()


async def device_loses_power(world: World) -> None:
    """At once, or between two commits to come."""
    device = world.random.choice(world.devices)
    if world.random.random() < 0.3:
        device.cut_power()
    else:
        device.jobs_left = world.random.randint(1, 25)


async def device_restarts(world: World) -> None:
    """By itself."""
    world.random.choice(world.devices).stop()


async def sync_is_cancelled(world: World) -> None:
    """Somebody presses the button."""
    device = world.random.choice(world.devices)
    if device.client is not None:
        world.trace(device.name, "cancels what it syncs")
        device.client.sync.cancel()


async def wire_changes(world: World) -> None:
    """A device comes home, or leaves."""
    device = world.random.choice(world.devices)
    wire = world.random.choice((Wire.UP, Wire.UP, Wire.REFUSED, Wire.BLACK_HOLE))
    world.network.wires[device.name] = wire
    world.trace(device.name, f"wire is {wire}")


async def backup(world: World) -> None:
    """Of the store."""
    if world.server.is_up:
        world.backups.append(world.server.back_up(world.folder))


async def restore(world: World) -> None:
    """The store goes back to a backup."""
    if world.backups:
        await put_back(world, world.random.choice(world.backups[-3:]))


async def put_back(world: World, copy: Path) -> None:
    """This one."""
    head = world.head()
    await world.server.switched_off()
    world.server.put_back(copy)
    lost = head - world.head()
    world.restored_at = world.calendar.monotonic()
    world.ledger.restores += 1
    world.ledger.doubt_older_than(world.calendar.now_ms() - REMEMBERED_MS)
    world.ledger.doubt_forgotten()
    # A device shows less when its server lost what others had told it.
    world.counts.clear()
    world.server.switch_on()
    if 0 < lost <= RELIVED_MAX and world.random.random() < 0.5:
        # As many changes as were lost, but others: only the era tells the two histories apart.
        await world.server.until_up()
        await world.on_server(world.server.scan(world.random, added=lost, changed=0, removed=0))


async def days_pass(world: World) -> None:
    """And the server keeps house."""
    # A server knows the ids of a device's edits for sixty days, and copied homes by them.
    days = world.random.choice((1, 5) if world.ledger.doubled else (1, 10, 40, 100, 181))
    world.calendar.skip(days * DAY_MS)
    world.trace("world", f"{days} days pass")
    if world.restored_at >= 0:
        # Who was away for so long since the restore has forgotten what it would have to offer again.
        world.ledger.doubt_older_than(world.calendar.now_ms() - REMEMBERED_MS)
    await world.on_server(world.server.purge())


async def clock_jumps(world: World) -> None:
    """A device takes another time for the right one."""
    device = world.random.choice(world.devices)
    offset_ms = world.random.choice((0, -3_600_000, 5_000, 600_000, 30 * DAY_MS, -400 * DAY_MS))
    world.ledger.mistime(device.name, doubts=abs(offset_ms - device.clock.offset_ms) > DAY_MS)
    device.clock.offset_ms = offset_ms
    world.trace(device.name, f"clock is wrong by {device.clock.offset_ms} ms")


async def server_clock_jumps(world: World) -> None:
    """By hours at most."""
    world.server.clock.offset_ms = world.random.choice((0, -3_600_000, 5_000, 600_000))
    world.ledger.mistime(None, doubts=False)
    world.trace("server", f"clock is wrong by {world.server.clock.offset_ms} ms")


async def device_disk_full(world: World) -> None:
    """Or has room again."""
    device = world.random.choice(world.devices)
    device.disk.set_full(not device.disk.is_full)
    world.trace(device.name, f"disk is full: {device.disk.is_full}")


async def server_disk_full(world: World) -> None:
    """Or has room again."""
    world.server.disk.set_full(not world.server.disk.is_full)
    world.trace("server", f"disk is full: {world.server.disk.is_full}")


async def home_is_copied(world: World) -> None:
    """A backup of all that a device has."""
    await copy_home(world, world.random.choice(world.devices))


async def copy_home(world: World, device: Device) -> Path:
    """As it is when it is off."""
    await device.switched_off()
    copy = device.copy_home(world.folder)
    world.home_copies.setdefault(device.name, []).append(
        HomeCopy(copy, world.calendar.monotonic(), world.calendar.now_ms())
    )
    device.switch_on()
    return copy


async def home_is_restored(world: World) -> None:
    """A device goes on from an older copy of its home."""
    device = world.random.choice(world.devices)
    copies = world.home_copies_of(device)
    if not copies:
        return
    await device.switched_off()
    copy = world.random.choice(copies)
    with world.server.looking() as store, device.looking() as connection:
        accounts = [id_text(user_id(store, name)) for name in USERS]
        left = [pending_on([LibraryView(connection)], account) for account in accounts]
    if world.restored_at >= 0:
        # What the server lost meanwhile, this device alone could have told it again.
        world.ledger.doubt(device.name)
    else:
        world.ledger.doubt_waiting(device.name, left, since_seconds=copy.made_at_seconds)
    world.ledger.restores += 1
    world.ledger.has_copies = True
    device.disk.replace_by(copy.folder)
    device.see_who_is_there()
    world.forget_what_was_seen(device)
    world.trace(device.name, f"goes on from {copy.folder.name}")
    device.switch_on()


async def home_runs_twice(world: World) -> None:
    """A copied home beside its original: both go on editing under one name, until a server notices."""
    if len(world.devices) >= DEVICES_MAX:
        return
    original = world.random.choice(world.devices)
    copies = world.home_copies_of(original)
    if copies and world.random.random() < 0.3:
        copy = world.random.choice(copies).folder
    else:
        copy = await copy_home(world, original)
    twin = world.new_device(copy)
    twin.username = original.username
    twin.kept |= original.kept
    world.ledger.lineage[twin.name] |= world.ledger.lineage[original.name]
    world.ledger.has_copies = True
    world.ledger.doubled.add(original.username)
    world.trace(twin.name, f"begins as a copy of {original.name}, {copy.name}")


async def another_signs_in(world: World) -> None:
    """At the next sync of a device; what the former person left there waits for them."""
    device = world.random.choice(world.devices)
    device.successor = USERS[1] if device.username == USERS[0] else USERS[0]


EVENTS: dict[str, Callable[[World], Awaitable[None]]] = {
    "scan": scan,
    "mass_deletion": mass_deletion,
    "server_loses_power": server_loses_power,
    "server_restarts": server_restarts,
    "device_loses_power": device_loses_power,
    "device_restarts": device_restarts,
    "sync_is_cancelled": sync_is_cancelled,
    "wire_changes": wire_changes,
    "backup": backup,
    "restore": restore,
    "days_pass": days_pass,
    "clock_jumps": clock_jumps,
    "device_disk_full": device_disk_full,
    "server_disk_full": server_disk_full,
    "home_is_copied": home_is_copied,
    "home_is_restored": home_is_restored,
    "home_runs_twice": home_runs_twice,
    "another_signs_in": another_signs_in,
    "server_clock_jumps": server_clock_jumps,
}
