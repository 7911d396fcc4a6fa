"""Scenes of two servers: a few steps at rest, after which exactly one thing is right."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from soul_player.client import Client
from tests.simulation.events_of_sources import a_shelf, rebuild_shelf, restore_shelf
from tests.simulation.laws import require
from tests.simulation.laws_of_sources import counted
from tests.simulation.listener import Listener
from tests.simulation.shelf import Kind, Shelf
from tests.simulation.shown import Shown
from tests.simulation.two_servers import TwoServers

PLAYS_MAX = 3
CUT_OFF_MAX = 3
CUT_OFF_SECONDS = (0.3, 4.0)
MORE_MUSIC = 8
IDENTITY = "merge then split is the identity"


@dataclass(frozen=True)
class Picture:
    """What the servers count and say of some numbers, and what each device shows of them."""

    servers: dict[tuple[str, int], tuple[int, int, int | None]]
    rows: dict[str, list[tuple[Any, ...]]]


def picture(world: TwoServers, person: str, numbers: Iterable[int]) -> Picture:
    """Of one person."""
    wanted = frozenset(numbers)
    devices = [device for device in world.devices if world.people[device.name] == person]
    said = counted(world.accounts_of(devices[0]))
    servers = {key: value for key, value in said.items() if key[1] in wanted and value != (0, 0, None)}
    return Picture(servers, {device.name: _rows(device, wanted) for device in devices})


def _rows(device: Listener, numbers: frozenset[int]) -> list[tuple[Any, ...]]:
    return sorted(
        (sorted((entry.source, entry.number) for entry in one.entries), one.plays, one.favourite, str(one.rating))
        for one in device.recordings()
        if one.numbers & numbers
    )


async def an_entry_waits(world: TwoServers) -> None:
    """What its server does not hold stands in a playlist between two others, and comes to be held."""
    own, other = _shelves(world)
    before, waits, behind = (world.fresh_number() for _ in range(3))
    async with world.quiet() as is_level:
        own.numbers += [before, behind]
        other.numbers += [waits]
        await _scan_both(world)
        if not (is_level and await world.all_settle()):
            return
        device = world.random.choice(world.devices)

        async def make(client: Client) -> None:
            name = await device.begin_playlist(client, own.name)
            for number in (before, waits, behind):
                await device.add_to(client, name, row_of(device, number))
                if world.random.random() < 0.5:
                    await device.sync(client)

        await device.done(make)
        if world.random.random() < 0.7:
            await world.all_settle()
        if world.random.random() < 0.5:
            await device.done(functools.partial(_put_between, device, other=world.random.choice((before, behind))))
            if world.random.random() < 0.7:
                await world.all_settle()
                world.judge_device(device)
        own.numbers += [waits]
        await world.scan(own)
        await world.all_settle()
        world.judge_device(device)


async def _put_between(device: Listener, client: Client, *, other: int) -> None:
    """Right before what waits, behind the first of the newest playlist."""
    own = [name for name in device.book.playlists if name.startswith(f"{device.name} ")]
    await device.add_to(client, own[-1], row_of(device, other), behind=0)


async def merged_and_parted(world: TwoServers) -> None:
    """Two different recordings are taken for one, for a while."""
    own, other = _shelves(world)
    mine, theirs = world.fresh_number(), world.fresh_number()
    device = world.random.choice(world.devices)
    person = world.people[device.name]
    async with world.quiet() as is_level:
        own.numbers += [mine]
        other.numbers += [theirs]
        if world.random.random() < 0.3:
            other.numbers += [mine]
        await _scan_both(world)
        await world.all_settle()
        await _listen(world, person, (mine, theirs))
        if not (is_level and await world.all_settle()):
            return
        before = picture(world, person, (mine, theirs))

        async def merge(client: Client) -> None:
            await device.join_two(client, row_of(device, mine), row_of(device, theirs))

        await device.done(merge)
        _both_in_one(device, before, frozenset((mine, theirs)))
        if world.random.random() < 0.6:
            await world.all_settle()
            world.judge_device(device)
            _told_to_who_holds_it_now(world, device, frozenset((mine, theirs)))

        async def part(client: Client) -> None:
            one = row_of(device, theirs)
            (entry,) = [entry for entry in one.entries if entry.number == theirs]
            await device.part_one(client, one, entry)

        await device.done(part)
        await world.all_settle()
        _require_same(before, picture(world, person, (mine, theirs)), "after they were parted")


def _both_in_one(device: Listener, before: Picture, numbers: frozenset[int]) -> None:
    rows = _rows(device, numbers)
    plays = sum(row[1] for row in before.rows[device.name])
    said = f"{device.name} shows {rows} of {sorted(numbers)}, which have {plays} plays"
    require(len(rows) == 1 and rows[0][1] == plays, "one recording shown once", said)


def _told_to_who_holds_it_now(world: TwoServers, device: Listener, numbers: frozenset[int]) -> None:
    """A word that only this device has said of either is at every server that holds one of them."""
    said_by = counted(world.accounts_of(device))
    for kind, column in (("favourite", 1), ("rating", 2)):
        marks = [mark for mark in device.book.marks if mark.kind == kind and mark.number in numbers]
        if not marks or {mark.device for mark in marks} != {device.name}:
            continue
        for key in [key for key in said_by if key[1] in numbers]:
            said = f"{kind} of {key} is {said_by[key][column]}, {device.name} said {marks[-1].value} of {numbers}"
            require(said_by[key][column] == marks[-1].value, "a word reaches who comes to hold it", said)


async def parted_and_joined(world: TwoServers) -> None:
    """What is one recording at both servers is taken apart, and joined again."""
    number = world.fresh_number(world.random.choice((Kind.BYTES, Kind.WORDS)))
    device = world.random.choice(world.devices)
    person = world.people[device.name]
    async with world.quiet() as is_level:
        for shelf in world.shelves.values():
            shelf.numbers += [number]
        await _scan_both(world)
        await world.all_settle()
        await _listen(world, person, (number,))
        if not (is_level and await world.all_settle()):
            return
        before = picture(world, person, (number,))
        await device.done(lambda client: device.part_one(client, row_of(device, number)))
        if world.random.random() < 0.7:
            await world.all_settle()
            world.judge_device(device)
        if world.random.random() < 0.5:
            return

        async def join(client: Client) -> None:
            one, other = (row for row in device.recordings() if number in row.numbers)
            await device.join_two(client, one, other)

        await device.done(join)
        await world.all_settle()
        _require_same(before, picture(world, person, (number,)), "after they were joined again")


async def answered_and_taken_back(world: TwoServers) -> None:
    """A person says whether two are one, thinks better of it, and says the other."""
    number = world.fresh_number(Kind.ASKED)
    device = world.random.choice(world.devices)
    person = world.people[device.name]
    first, second = world.random.sample(("merge", "separate"), 2)
    async with world.quiet() as is_level:
        for shelf in world.shelves.values():
            shelf.numbers += [number]
        device.wishes[number] = first
        await _scan_both(world)
        await world.all_settle()
        await _listen(world, person, (number,))
        if not (is_level and await world.all_settle()) or number not in device.answered:
            return
        _rows_are(device, number, first)
        before = picture(world, person, (number,))
        for wish in (second, first):
            device.wishes[number] = wish

            async def take_back(client: Client) -> None:
                await device.take_back(client, number)

            await device.done(take_back)
            rows = [row for row in device.recordings() if number in row.numbers]
            require(len(rows) == 2, "an answer is taken back", f"{number} is {len(rows)} rows on {device.name}")
            await world.all_settle()
            _rows_are(device, number, wish)
            world.judge_device(device)
        _require_same(before, picture(world, person, (number,)), f"after the answer {first} was given again")


def _rows_are(device: Listener, number: int, answer: str) -> None:
    rows = [row for row in device.recordings() if number in row.numbers]
    wanted = 1 if answer == "merge" else 2
    said = f"{number} is {len(rows)} rows on {device.name} after the answer {answer}"
    require(len(rows) == wanted, "an answer is followed", said)


async def gone_and_back(world: TwoServers) -> None:
    """A recording that nobody holds any more, with all that is the person's; then somebody holds it again."""
    own, other = _shelves(world)
    number, comes_from = world.fresh_number(), world.random.choice((own, other))
    device = world.random.choice(world.devices)
    person = world.people[device.name]
    async with world.quiet() as is_level:
        own.numbers += [number]
        await _scan_both(world)
        await world.all_settle()
        await _listen(world, person, (number,))

        async def keep(client: Client) -> None:
            name = await device.begin_playlist(client, own.name)
            await device.add_to(client, name, row_of(device, number))

        await device.done(keep)
        if not (is_level and await world.all_settle()):
            return
        before = picture(world, person, (number,))
        own.numbers.remove(number)
        await world.scan(own)
        await world.all_settle()
        world.judge_device(device)
        is_shown = any(number in row.numbers for row in device.recordings())
        require(not is_shown, "what nobody has is hidden", f"{device.name} shows {number}")
        comes_from.numbers.append(number)
        await world.scan(comes_from)
        await world.all_settle()
        after = picture(world, person, (number,))
        same = {name: rows[0][1:] for name, rows in after.rows.items()}
        wanted = {name: rows[0][1:] for name, rows in before.rows.items()}
        require(same == wanted, "what comes back is what it was", f"{number} is {same}, was {wanted}")


async def parted_for_ever(world: TwoServers) -> None:
    """A person parted two; whatever becomes of the servers, nothing makes them one again."""
    number = world.fresh_number()
    device, shelf = world.random.choice(world.devices), a_shelf(world)
    async with world.quiet() as is_level:
        if world.random.random() < 0.5:
            # What is restored then does not know the recording, which comes under another id.
            shelf.save_copy()
        for one in world.shelves.values():
            one.numbers += [number]
        await _scan_both(world)
        if not (is_level and await world.all_settle()):
            return
        await device.done(lambda client: device.part_one(client, row_of(device, number)))
        await world.all_settle()
        if shelf.copies:
            # The run in which it comes again goes on behind it.
            shelf.numbers += [world.fresh_number() for _ in range(MORE_MUSIC)]
            await restore_shelf(world, shelf)
        else:
            await rebuild_shelf(world, shelf)
        for _ in range(world.random.randint(0, CUT_OFF_MAX)):
            await device.done(functools.partial(_cut_off, device, world.random.uniform(*CUT_OFF_SECONDS)))
        await world.all_settle()
        await world.on(shelf, shelf.retag([number], 1974))
        await world.all_settle()


async def _cut_off(device: Listener, seconds: float, client: Client) -> None:
    """A sync that somebody stops, maybe between two pages; what came by then is matched."""
    async with asyncio.TaskGroup() as both:
        both.create_task(device.excused(device.sync, client))
        await asyncio.sleep(seconds)
        client.sync.cancel()


async def _listen(world: TwoServers, person: str, numbers: tuple[int, ...]) -> None:
    """Plays at either server, and words, on any of the person's devices."""
    devices = [device for device in world.devices if world.people[device.name] == person]
    for number in numbers:
        for _ in range(world.random.randint(0, PLAYS_MAX)):
            device = world.random.choice(devices)
            act: Callable[[Client, Shown | None], Awaitable[None]]
            act = world.random.choice((device.play, device.play, device.mark))
            one = next((row for row in device.recordings() if number in row.numbers), None)
            if one is not None:
                await device.done(device.prefer)
                await device.done(functools.partial(_on, one, act))


async def _on(one: Shown, act: Callable[[Client, Shown | None], Awaitable[None]], client: Client) -> None:
    await act(client, one)


def row_of(device: Listener, number: int) -> Shown:
    """The first that shows it."""
    return next(row for row in device.recordings() if number in row.numbers)


def _require_same(before: Picture, after: Picture, when: str) -> None:
    require(before.servers == after.servers, IDENTITY, f"the servers say {after.servers} {when}, not {before.servers}")
    require(before.rows == after.rows, IDENTITY, f"shown is {after.rows} {when}, not {before.rows}")


def _shelves(world: TwoServers) -> tuple[Shelf, Shelf]:
    own = a_shelf(world)
    (other,) = [shelf for shelf in world.shelves.values() if shelf is not own]
    return own, other


async def _scan_both(world: TwoServers) -> None:
    for shelf in world.shelves.values():
        await world.scan(shelf)


SCENES = {
    "an entry waits": an_entry_waits,
    "merged and parted": merged_and_parted,
    "parted and joined": parted_and_joined,
    "answered and taken back": answered_and_taken_back,
    "gone and back": gone_and_back,
    "parted for ever": parted_for_ever,
}
