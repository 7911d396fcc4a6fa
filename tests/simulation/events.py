"""Everything that can happen in a world, by the names that its plan knows."""

import asyncio
from collections.abc import Awaitable, Callable

from tests.simulation.network import Wire
from tests.simulation.world import DAY_MS, World

# Between two events, in the mean.
EVENT_SECONDS = 25.0
RELIVED_MAX = 40
# What a device surely still offers again.
REMEMBERED_MS = 29 * DAY_MS


async def happen(world: World) -> None:
    """The plan's number of events, at random times."""
    names, weights = list(world.plan.weights), list(world.plan.weights.values())
    for _ in range(world.plan.events):
        await asyncio.sleep(world.random.expovariate(1 / EVENT_SECONDS))
        name = world.random.choices(names, weights=weights)[0]
        await ALL[name](world)
        world.look()


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
    if not world.backups:
        return
    head = world.head()
    await world.server.switched_off()
    world.server.put_back(world.random.choice(world.backups[-3:]))
    lost = head - world.head()
    world.restored_at = world.calendar.monotonic()
    world.ledger.doubt_older_than(world.calendar.now_ms() - REMEMBERED_MS)
    # A device shows less when its server lost what others had told it.
    world.counts.clear()
    world.server.switch_on()
    if 0 < lost <= RELIVED_MAX and world.random.random() < 0.5:
        # As many changes as were lost, but others: only the era tells the two histories apart.
        await world.server.until_up()
        await world.on_server(world.server.scan(world.random, added=lost, changed=0, removed=0))


async def days_pass(world: World) -> None:
    """And the server keeps house."""
    days = world.random.choice((1, 10, 40, 100, 181))
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
    device = world.random.choice(world.devices)
    await device.switched_off()
    world.home_copies.setdefault(device.name, []).append(device.copy_home(world.folder))
    device.switch_on()


async def home_is_restored(world: World) -> None:
    """A device goes on from an older copy of its home."""
    device = world.random.choice(world.devices)
    copies = world.home_copies.get(device.name)
    if copies:
        await device.switched_off()
        copy = world.random.choice(copies)
        device.disk.replace_by(copy)
        world.seen.pop(device.name, None)
        world.counts.pop(device.name, None)
        world.ledger.doubt(device.name)
        world.trace(device.name, f"goes on from {copy.name}")
        device.switch_on()


ALL: dict[str, Callable[[World], Awaitable[None]]] = {
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
}
