"""What a device that keeps itself in sync promises, each put to the test in a calm world."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from soul_player.client import Client
from soul_player.protocol.live import DEAD_SECONDS
from tests.simulation.device import Device
from tests.simulation.laws import require
from tests.simulation.network import Wire
from tests.simulation.world import DAY_MS

# A server that looks for what others committed does so each second; then a hint, a sync, and jobs that wait for disks.
AT_ONCE_SECONDS = 12.0
# A line that says nothing is given up, and another one is opened.
SILENCE_SECONDS = DEAD_SECONDS + 60.0 + AT_ONCE_SECONDS
EVERY_SECONDS = 1_800.0 + 60.0
MONTH_DAYS = 31
IDLE_SECONDS = 7_200.0
EDITS = 8


async def a_hint_brings_it_at_once(world: Any) -> None:
    """Something is new at the server, and everybody listens."""
    await world.on_server(world.server.scan(world.random, added=2, changed=1, removed=0))
    await world.level_within(AT_ONCE_SECONDS, "a hint brings it at once")


async def an_edit_goes_at_once(world: Any) -> None:
    """One device edits; those of the same user show it, and nobody touches anything."""
    device = world.random.choice(world.devices)
    await _edit(world, device)
    await world.level_within(AT_ONCE_SECONDS, "an edit goes to the other devices at once")


async def edits_fold(world: Any) -> None:
    """Many edits in a moment: one run for the first, one further run for the others."""
    device = world.random.choice(world.devices)
    await asyncio.sleep(10.0)
    before = device.started
    for _ in range(EDITS):
        await _edit(world, device)
        await asyncio.sleep(0.1)
    await asyncio.sleep(AT_ONCE_SECONDS)
    # A run whose own edits come back as a hint while it reads is followed by one more, which takes along what
    # waits. And what another device answers comes as a hint as well.
    runs = device.started - before
    require(runs <= 5, "triggers fold", f"{EDITS} edits in a moment made {runs} syncs")
    require(runs >= 1, "an edit is sent", "no sync began")
    await world.level_within(AT_ONCE_SECONDS, "what follows an edit goes soon after it")


async def by_hand_goes_at_once(world: Any) -> None:
    """Somebody presses the button: for no reason, and in the middle of a gathering of edits."""
    device = world.random.choice(world.devices)
    for edits in (0, 2):
        for _ in range(edits):
            await _edit(world, device)
            await asyncio.sleep(0.5)
        before = device.started
        device.client.triggers.sync_now()
        await asyncio.sleep(AT_ONCE_SECONDS)
        require(device.started > before, "a sync by hand is made", "none began")
        await world.level_within(AT_ONCE_SECONDS, "a sync by hand flushes")


async def lost_hints_cost_half_an_hour(world: Any) -> None:
    """Not one hint arrives, and nobody is told."""
    world.network.hints.drop_every = 1
    await world.on_server(world.server.scan(world.random, added=1, changed=1, removed=1))
    await world.level_within(EVERY_SECONDS, "without hints it comes within half an hour")
    world.network.hints.clear()


async def a_silent_line_is_noticed(world: Any) -> None:
    """Every line is dead without a word, and something happens meanwhile."""
    for device in world.devices:
        world.lose_lines(device)
    await world.on_server(world.server.scan(world.random, added=1, changed=0, removed=0))
    await world.level_within(SILENCE_SECONDS, "a line that was lost silently is noticed")


async def a_server_that_is_back_is_found(world: Any) -> None:
    """It ends in good order, or by a power cut, and has news when it comes again."""
    if world.random.random() < 0.5:
        world.server.stop()
    else:
        world.server.cut_power()
    await asyncio.sleep(1.0)
    await world.server.until_up()
    await world.on_server(world.server.scan(world.random, added=1, changed=0, removed=0))
    await world.level_within(SILENCE_SECONDS, "a server that is back is found")


async def a_wire_that_is_back_is_found(world: Any) -> None:
    """A device comes home after an hour; meanwhile it was edited there, and something came elsewhere."""
    device = world.random.choice(world.devices)
    world.network.wires[device.name] = world.random.choice((Wire.REFUSED, Wire.BLACK_HOLE))
    await asyncio.sleep(600.0)
    await _edit(world, device)
    await world.on_server(world.server.scan(world.random, added=1, changed=0, removed=0))
    await asyncio.sleep(3_000.0)
    world.network.wires.clear()
    await world.level_within(SILENCE_SECONDS, "a server that can be reached again is found")


async def a_device_sleeps_for_a_month(world: Any) -> None:
    """Off, or only asleep with its line dead; meanwhile deletions are forgotten and tokens run out."""
    device = world.random.choice(world.devices)
    is_off = world.random.random() < 0.5
    if is_off:
        await device.switched_off()
    else:
        world.lose_lines(device)
        world.network.wires[device.name] = Wire.BLACK_HOLE
    for _ in range(MONTH_DAYS):
        world.calendar.skip(DAY_MS)
        await world.on_server(world.server.scan(world.random, added=1, changed=1, removed=1))
        await world.on_server(world.server.purge())
    if is_off:
        device.switch_on()
        await device.until_up()
    world.network.wires.clear()
    # Signing in again is a person's doing, who comes each quarter of a minute.
    await world.level_within(SILENCE_SECONDS + 60.0, "a device that slept for a month catches up")


async def a_clock_that_jumps_delays_nothing(world: Any) -> None:
    """Its server fails, then the wall clock of a device goes back by a year; no socket tells that all is well again."""
    device = world.random.choice(world.devices)
    world.network.has_sockets = False
    for socket in list(world.network.sockets):
        socket.say_goodbye()
    world.network.wires[device.name] = Wire.REFUSED
    device.client.triggers.sync_now()
    await asyncio.sleep(AT_ONCE_SECONDS)
    former = device.clock.offset_ms
    device.clock.offset_ms = former + world.random.choice((-400, -1, 1, 400)) * DAY_MS
    world.trace(device.name, f"clock is wrong by {device.clock.offset_ms} ms")
    world.network.wires.clear()
    await world.on_server(world.server.scan(world.random, added=1, changed=0, removed=0))
    await world.level_within(EVERY_SECONDS, "a clock that jumps delays nothing")
    device.clock.offset_ms = former
    world.network.has_sockets = True
    # An hour later a server is asked again whether it has learnt to tell.
    await asyncio.sleep(3_700.0)


async def who_has_nothing_to_do_does_nothing(world: Any) -> None:
    """Two hours in which nothing happens."""
    before = [device.started for device in world.devices]
    await asyncio.sleep(IDLE_SECONDS)
    for device, started in zip(world.devices, before, strict=True):
        runs = device.started - started
        require(runs <= 5, "who has nothing to do does nothing", f"{device.name} synced {runs} times in two hours")
        require(runs >= 3, "every half an hour", f"{device.name} synced {runs} times in two hours")


async def _edit(world: Any, device: Device) -> None:
    """A favourite that was none, or the other way round."""

    async def work(client: Client) -> None:
        track = world.person.some_track(device)
        marks = await client.playlists.marks(track[0])
        await world.person.set_favourite(device, client, track, value=not marks.favourite)

    assert device.client is not None
    await asyncio.wait({device.spawn(device.excused(work(device.client)))})


PROMISES: dict[str, Callable[[Any], Awaitable[None]]] = {
    "a hint": a_hint_brings_it_at_once,
    "an edit": an_edit_goes_at_once,
    "many edits": edits_fold,
    "by hand": by_hand_goes_at_once,
    "lost hints": lost_hints_cost_half_an_hour,
    "a silent line": a_silent_line_is_noticed,
    "a server that is back": a_server_that_is_back_is_found,
    "a wire that is back": a_wire_that_is_back_is_found,
    "a month asleep": a_device_sleeps_for_a_month,
    "a clock that jumps": a_clock_that_jumps_delays_nothing,
    "nothing to do": who_has_nothing_to_do_does_nothing,
}
