"""What can happen in a world of downloads, and its story: some of it, at random times."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable

from soul_player.client import Client
from tests.simulation.audio_server import AudioServer, recording
from tests.simulation.collector import LIMITS_BYTES, Collector
from tests.simulation.downloads_world import RECORDINGS, DownloadsWorld
from tests.simulation.network import Wire
from tests.simulation.world import DAY_MS

EVENTS_MIN, EVENTS_MAX = 8, 30
PAUSE_SECONDS = 20.0


def _device(world: DownloadsWorld) -> Collector:
    return world.random.choice(world.devices)


def _server(world: DownloadsWorld) -> AudioServer:
    return world.random.choice(list(world.servers.values()))


async def retagged(world: DownloadsWorld) -> None:
    """Other tags, the same audio: nothing is to be fetched for it."""
    await _change(world, take=False)


async def replaced(world: DownloadsWorld) -> None:
    """Other audio under the same id, sometimes in the very file that is read."""
    await _change(world, take=True)


async def _change(world: DownloadsWorld, *, take: bool) -> None:
    server = _server(world)
    for track_id in world.random.sample(sorted(server.songs), min(3, len(server.songs))):
        number = server.songs[track_id].number
        counted = world.takes if take else world.tags
        counted[number] += 1
        song = recording(number, world.takes[number], world.tags[number])
        await server.change(track_id, song, in_place=take and world.random.random() < 0.5)
    if world.random.random() < 0.7:
        await world.on(server, server.catch_up())


async def scanned(world: DownloadsWorld) -> None:
    """Rows say again what files hold."""
    server = _server(world)
    await world.on(server, server.catch_up())


async def added(world: DownloadsWorld) -> None:
    """One more file, of a recording that others may have; hashed at once or later."""
    server, number = _server(world), world.random.randrange(RECORDINGS)
    song = recording(number, world.takes[number], world.tags[number])
    await world.on(server, server.add([song], is_hashed=world.random.random() < 0.6))


async def deleted(world: DownloadsWorld) -> None:
    """A file is gone; the rows hear of it now or later."""
    server = _server(world)
    if len(server.songs) > 4:
        server.remove_file(world.random.choice(sorted(server.songs)))
        if world.random.random() < 0.7:
            await world.on(server, server.catch_up())


async def rebuilt(world: DownloadsWorld) -> None:
    """From nothing: every id is another one, the music is the same."""
    server = _server(world)
    await server.switched_off()
    shutil.rmtree(server.disk.folder)
    server.disk.folder.mkdir()
    songs = [server.songs[track_id] for track_id in sorted(server.songs)]
    shutil.rmtree(server.music)
    server.music.mkdir()
    server.songs.clear()
    server.prepare()
    server.switch_on()
    world.trace(server.name, "is rebuilt from nothing")
    await world.on(server, server.add(songs))


async def server_ends(world: DownloadsWorld) -> None:
    """In good order, or in the middle of an answer."""
    server = _server(world)
    if world.random.random() < 0.5:
        server.stop()
    else:
        server.cut_power()


async def device_loses_power(world: DownloadsWorld) -> None:
    """Now, between two commits, or between two steps of its disk."""
    device = _device(world)
    match world.random.choice(("now", "jobs", "steps", "steps", "steps")):
        case "now":
            device.cut_power()
        case "jobs":
            device.jobs_left = world.random.randint(1, 40)
        case _:
            device.steps_left = world.random.randint(1, 25)


async def device_ends_at_a_step(world: DownloadsWorld) -> None:
    """Just before a file is synced, gets its name, or the name is synced: by a power cut, or killed."""
    device = _device(world)
    device.ends_at = world.random.choice(("sync", "rename", "names"))
    device.files.is_killed = world.random.random() < 0.6
    world.trace(device.name, f"will end before {device.ends_at}, killed: {device.files.is_killed}")


async def device_restarts(world: DownloadsWorld) -> None:
    """With another limit, perhaps."""
    device = _device(world)
    await device.switched_off()
    if world.random.random() < 0.5:
        device.limit_bytes = world.random.choice(LIMITS_BYTES)
    world.trace(device.name, f"may keep {device.limit_bytes} bytes")
    device.switch_on()


async def disk_fills(world: DownloadsWorld) -> None:
    """Or has room again."""
    device = _device(world)
    is_full = device.files.capacity_bytes is not None
    device.files.capacity_bytes = None if is_full else device.files.used_bytes() + world.random.randint(0, 40_000)
    world.trace(device.name, f"its disk holds {device.files.capacity_bytes}")


async def disk_fails(world: DownloadsWorld) -> None:
    """Syncs fail now and then, or do not any more."""
    device = _device(world)
    device.files.sync_fails_chance = 0.3 if device.files.sync_fails_chance == 0.0 else 0.0
    world.trace(device.name, f"its disk fails with {device.files.sync_fails_chance}")


async def library_fills(world: DownloadsWorld) -> None:
    """Nothing new finds room in the library itself, or does again."""
    device = _device(world)
    device.disk.set_full(not device.disk.is_full)
    world.trace(device.name, f"its library is full: {device.disk.is_full}")


async def a_byte_rots(world: DownloadsWorld) -> None:
    """In a copy that is there."""
    device = _device(world)
    if not device.is_cut and device.places.copies.is_dir():
        paths = sorted(path for path in device.places.copies.iterdir() if len(path.name) == 64)
        if paths:
            path = world.random.choice(paths)
            device.files.damage(path)
            device.damaged.add(path.name)
            device.ever_damaged.add(path.name)
            world.trace(device.name, f"a byte of {path.name} rots")


async def wire_changes(world: DownloadsWorld) -> None:
    """A device comes home, or leaves."""
    device = _device(world)
    world.network.wires[device.name] = world.random.choice((Wire.UP, Wire.UP, Wire.REFUSED, Wire.BLACK_HOLE))
    world.trace(device.name, f"wire is {world.network.wires[device.name]}")


async def clock_jumps(world: DownloadsWorld) -> None:
    """Of a device."""
    device = _device(world)
    device.clock.offset_ms = world.random.choice((0, -3_600_000, 600_000, 30 * DAY_MS, -400 * DAY_MS))
    world.trace(device.name, f"clock is wrong by {device.clock.offset_ms} ms")


async def account_changes(world: DownloadsWorld) -> None:
    """Another person signs in: the music stays."""
    device = _device(world)
    await world.on_device(device, device.change_account)


async def source_goes(world: DownloadsWorld) -> None:
    """Somebody takes a source away, or wants it again."""
    device = _device(world)

    async def remove(client: Client) -> None:
        sources = await client.sources.list()
        if device.removed:
            device.removed.clear()
        elif sources:
            source = world.random.choice(sources)
            device.removed.add(source.name)
            device.note_let_go()
            world.trace(device.name, f"removes the source {source.name}")
            await client.sources.remove(source.id)

    await world.on_device(device, remove)


async def offline_switch(world: DownloadsWorld) -> None:
    """Somebody works offline, or does not any more."""
    device = _device(world)

    async def turn(client: Client) -> None:
        await client.offline.turn(on=not await client.offline.is_on())

    await world.on_device(device, turn)


EVENTS: dict[Callable[[DownloadsWorld], Awaitable[None]], int] = {
    retagged: 5,
    replaced: 6,
    scanned: 3,
    added: 4,
    deleted: 2,
    rebuilt: 2,
    server_ends: 3,
    device_loses_power: 8,
    device_ends_at_a_step: 6,
    device_restarts: 2,
    disk_fills: 3,
    disk_fails: 1,
    library_fills: 1,
    a_byte_rots: 1,
    wire_changes: 4,
    clock_jumps: 2,
    account_changes: 1,
    source_goes: 2,
    offline_switch: 1,
}


async def happen(world: DownloadsWorld) -> None:
    """Each world has only some of it, so that each goes deep."""
    chosen = [event for event in EVENTS if world.random.random() < 0.5] or [replaced]
    weights = [EVENTS[event] for event in chosen]
    for _ in range(world.random.randint(EVENTS_MIN, EVENTS_MAX)):
        await asyncio.sleep(world.random.expovariate(1 / PAUSE_SECONDS))
        await world.random.choices(chosen, weights=weights)[0](world)
        world.look()
