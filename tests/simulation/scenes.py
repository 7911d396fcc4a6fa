"""Scenes: a few steps in an order that chance would seldom find, played in the middle of everything else."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

from soul_player.client import Client
from soul_player.client.errors import ClientError
from soul_player.client.library.model import LocalTrackId
from soul_player.database.errors import DatabaseError
from tests.simulation.device import Device
from tests.simulation.events import put_back
from tests.simulation.network import Wire
from tests.simulation.templates import USERS
from tests.simulation.world import World

Work = Callable[[Device, Client], Awaitable[Any]]

# Longer than two edits may be turned round by a slow message.
APART_SECONDS = (20.0, 60.0)
A_TRACK = "SELECT remote_id FROM track_sources WHERE status <> 'unavailable' ORDER BY remote_id LIMIT 6"
NEWEST_TRACKS = "SELECT track_id FROM track_sources WHERE status <> 'unavailable' ORDER BY remote_id DESC LIMIT 2"
A_PLAYLIST = "SELECT uid FROM playlists WHERE source_id IS NOT NULL AND is_deleted = 0 AND is_orphan = 0 ORDER BY uid"
PLAYLIST_HERE = "SELECT id FROM playlists WHERE uid = ? AND is_deleted = 0"


async def on_device(device: Device, work: Work) -> bool:
    """Somebody does it there. False: it came to nothing, for any of the reasons that a world has."""
    if device.client is None or not device.is_up:
        return False
    task = device.spawn(_excused(device, device.client, work))
    await asyncio.wait({task})
    if device.is_cut:
        # What a ghost met on its way out is no fault: its library was closed under it.
        return False
    return not task.cancelled() and bool(task.result())


async def _excused(device: Device, client: Client, work: Work) -> bool:
    try:
        await work(device, client)
    except (ClientError, DatabaseError) as error:
        device.trace(device.name, f"{type(error).__name__}: {error}")
        return False
    return True


async def edit_on(device: Device, work: Work) -> bool:
    """The same, while nobody else signs in there."""

    async def alone(device: Device, client: Client) -> None:
        async with device.signing:
            await work(device, client)

    return await on_device(device, alone)


async def sync_on(device: Device) -> bool:
    """Whether it was tried; it may have failed."""
    return await on_device(device, lambda device, client: device.sync(client))


def _two_of_one_user(world: World) -> tuple[Device, Device] | None:
    pairs = [
        (one, other)
        for one in world.devices
        for other in world.devices
        if one is not other and one.username == other.username
    ]
    return world.random.choice(pairs) if pairs else None


def _chosen(world: World, device: Device, sql: str) -> bytes | None:
    with device.looking() as connection:
        rows = connection.execute(sql).fetchall()
    return bytes(world.random.choice(rows)[0]) if rows else None


async def older_edit_comes_later(world: World) -> None:
    """One device sets a favourite offline; another one sets it later, and is heard first."""
    pair = _two_of_one_user(world)
    if pair is None:
        return
    early, late = pair
    remote_id = _chosen(world, early, A_TRACK)
    if remote_id is None:
        return
    value = world.random.random() < 0.5

    async def set_to(device: Device, client: Client, wanted: bool) -> None:
        track = world.person.track(device, remote_id)
        if track is not None:
            await world.person.set_favourite(device, client, track, value=wanted)

    world.trace("world", f"{early.name} edits offline, {late.name} after it")
    world.network.wires[early.name] = Wire.REFUSED
    await edit_on(early, lambda device, client: set_to(device, client, value))
    await asyncio.sleep(world.random.uniform(*APART_SECONDS))
    await edit_on(late, lambda device, client: set_to(device, client, not value))
    await sync_on(late)
    world.network.wires[early.name] = Wire.UP
    await sync_on(early)


async def restore_takes_what_two_made(world: World) -> None:
    """A playlist of one device, filled by another with tracks that are as new; then the store goes back."""
    pair = _two_of_one_user(world)
    if pair is None or not world.server.is_up:
        return
    maker, filler = pair
    loved = _chosen(world, filler, A_TRACK)
    backup = world.server.back_up(world.folder)
    uids: list[bytes] = []

    async def make(device: Device, client: Client) -> None:
        playlist, _ = await client.playlists.read(await world.person.create(device, client))
        uids.append(playlist.uid)

    async def fill(device: Device, client: Client) -> None:
        with device.looking() as connection:
            tracks = [LocalTrackId(row[0]) for row in connection.execute(NEWEST_TRACKS)]
        playlist_id = _shown_as(device, uids[0])
        if playlist_id is not None:
            await world.person.add(device, client, playlist_id, tracks)
        await world.person.play(device, client)
        await love(device, client, value=True)

    async def love(device: Device, client: Client, *, value: bool) -> None:
        track = None if loved is None else world.person.track(device, loved)
        if track is not None:
            await world.person.set_favourite(device, client, track, value=value)

    world.trace("world", f"{maker.name} and {filler.name} make what a restore takes")
    is_made = await edit_on(maker, make) and await sync_on(maker)
    await world.on_server(world.server.scan(world.random, added=2, changed=0, removed=0))
    if is_made and await sync_on(filler) and await edit_on(filler, fill) and await sync_on(filler):
        await put_back(world, backup)
        await world.server.until_up()
        # The row here stands at a position that the server has yet to come to.
        await edit_on(filler, functools.partial(love, value=False))
        await sync_on(filler)
        # Or the maker brings the playlist back, after it was let go of here.
        await _somebody_decides(world, filler)


async def deletion_meets_an_edit(world: World) -> None:
    """One device deletes a playlist to which another one adds, neither having heard of the other."""
    pair = _two_of_one_user(world)
    uid = None if pair is None else await _shared_playlist(world, pair)
    if pair is None or uid is None:
        return
    deleter, adder = pair

    async def delete(device: Device, client: Client) -> None:
        playlist_id = _shown_as(device, uid)
        if playlist_id is not None:
            await world.person.delete(device, client, playlist_id, uid)

    async def add(device: Device, client: Client) -> None:
        playlist_id = _shown_as(device, uid)
        if playlist_id is not None:
            await world.person.add(device, client, playlist_id, [world.person.some_track(device)[0]])

    world.trace("world", f"{deleter.name} deletes what {adder.name} adds to")
    for device in pair:
        world.network.wires[device.name] = Wire.REFUSED
    await edit_on(deleter, delete)
    await edit_on(adder, add)
    for device in world.random.sample(pair, 2):
        world.network.wires[device.name] = Wire.UP
        await sync_on(device)
    await _somebody_decides(world, device)


async def _shared_playlist(world: World, pair: tuple[Device, Device]) -> bytes | None:
    """One that both know; it is made where there is none."""
    first, second = pair
    uid = _chosen(world, first, A_PLAYLIST)
    if uid is None:
        await edit_on(first, world.person.create)
        await sync_on(first)
        await sync_on(second)
        uid = _chosen(world, first, A_PLAYLIST)
    return uid


def _shown_as(device: Device, uid: bytes) -> int | None:
    with device.looking() as connection:
        row = connection.execute(PLAYLIST_HERE, (uid,)).fetchone()
    return None if row is None else int(row[0])


async def _somebody_decides(world: World, device: Device) -> None:
    """Or another person comes, for whose eyes the question is not."""
    world.look()
    if world.random.random() < 0.3:
        device.successor = USERS[1] if device.username == USERS[0] else USERS[0]
    elif world.random.random() < 0.6:
        await edit_on(device, world.person.answer_all)
    await sync_on(device)
    world.look()
    await sync_on(device)


SCENES: dict[str, Callable[[World], Awaitable[None]]] = {
    "older_edit_comes_later": older_edit_comes_later,
    "restore_takes_what_two_made": restore_takes_what_two_made,
    "deletion_meets_an_edit": deletion_meets_an_edit,
}
