"""Five devices, a thousand offline plays each, nearly a third of all answers lost: exactly five thousand."""

import asyncio
import shutil

from soul_player.client import Client
from soul_player.client.library.model import LocalTrackId
from tests.simulation.clock import VirtualLoop
from tests.simulation.device import Device
from tests.simulation.disk import disks_watched
from tests.simulation.network import Wire
from tests.simulation.plan import Plan
from tests.simulation.templates import USERS, in_virtual_time, scratch_folder, templates
from tests.simulation.world import World

DEVICES = 5
PLAYS_EACH = 1_000
ANSWERS_LOST = 0.3
PLAYS_COUNTED = "SELECT SUM(play_count) FROM user_data"


async def _play_offline(world: World, device: Device, client: Client) -> None:
    track_id, remote_id = device.looking_for("SELECT track_id, remote_id FROM track_sources ORDER BY remote_id")
    # The law of the world takes each of them for one that may count; this test counts them.
    world.ledger.doubtful_plays[device.username, bytes(remote_id)] += PLAYS_EACH
    for _ in range(PLAYS_EACH):
        await client.edits.record_play(LocalTrackId(track_id))


async def _everybody_plays(world: World) -> None:
    """Sync once, go offline, play, come back to a bad line."""
    for device in world.devices:
        device.is_calm = True
        await device.until_up()
        assert device.client is not None
        await asyncio.wait({device.spawn(device.sync(device.client))})
        world.network.wires[device.name] = Wire.REFUSED
    playing = []
    for device in world.devices:
        assert device.client is not None
        playing.append(device.spawn(_play_offline(world, device, device.client)))
    await asyncio.wait(playing)
    assert [task.exception() for task in playing] == [None] * DEVICES
    world.network.wires.clear()
    world.network.answer_lost_chance = ANSWERS_LOST
    for _ in range(20):
        for device in world.devices:
            assert device.client is not None
            await asyncio.wait({device.spawn(device.sync(device.client))})


def test_five_thousand_offline_plays_are_five_thousand() -> None:
    """Every lost answer makes a device send its batch again; none of it may count twice, and none may be dropped."""
    templates()
    folder = scratch_folder()
    plan = Plan(
        devices=DEVICES,
        tracks=3,
        events=0,
        fault_chance=0.0,
        has_late=False,
        edit_chance=0.0,
        users=(USERS[0],) * DEVICES,
    )
    counted = []

    async def work(loop: VirtualLoop) -> None:
        world = World(5_000, folder, loop, plan)
        await world.run(_everybody_plays)
        with world.server.looking() as store:
            counted.append(store.execute(PLAYS_COUNTED).fetchone()[0])
        lost = [line for line in world.trace.lines if "answer lost" in line and "push" in line]
        assert len(lost) >= DEVICES, "the line was not bad enough to prove anything"

    try:
        with disks_watched():
            in_virtual_time(5_000, work)
    finally:
        shutil.rmtree(folder)
    assert counted == [DEVICES * PLAYS_EACH]
