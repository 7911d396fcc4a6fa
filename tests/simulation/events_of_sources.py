"""What can happen in a world of two servers at any moment, by the names that its plan knows."""

from tests.simulation.listener import HomeCopy, Listener
from tests.simulation.shelf import Shelf
from tests.simulation.two_servers import RECORDINGS, TwoServers

DEVICES_MAX = 4
REBUILDS_MAX = 2


async def device_loses_power(world: TwoServers) -> None:
    """Between two commits to come."""
    world.random.choice(world.devices).jobs_left = world.random.randint(1, 40)


async def server_loses_power(world: TwoServers) -> None:
    """The same."""
    a_shelf(world).jobs_left = world.random.randint(1, 12)


async def more_music(world: TwoServers) -> None:
    """A file comes, or comes back."""
    shelf = a_shelf(world)
    missing = [number for number in range(RECORDINGS) if number not in shelf.numbers]
    if missing:
        shelf.numbers.append(world.random.choice(missing))
        await world.scan(shelf)


async def less_music(world: TwoServers) -> None:
    """A file goes."""
    shelf = a_shelf(world)
    shelf.numbers.remove(world.random.choice(shelf.numbers))
    await world.scan(shelf)


async def tagged_anew(world: TwoServers) -> None:
    """Everything of a server is matched once more."""
    shelf = a_shelf(world)
    await shelf.until_up()
    await world.on(shelf, shelf.retag(shelf.numbers, world.random.randint(1960, 2020)))


async def rebuild(world: TwoServers) -> None:
    """Of either server."""
    if len(world.rebuilt) < REBUILDS_MAX:
        await rebuild_shelf(world, a_shelf(world))


async def rebuild_shelf(world: TwoServers, shelf: Shelf) -> None:
    """Nothing is left but the music. Everything that a device told it before, it has to be told again."""
    if shelf.is_slow:
        # What was never hashed is not known again after a second time.
        await world.scan(shelf, hashes=True)
    for device in world.devices:
        # Who never heard the answer to what it told is asked nothing of here.
        await world.settle(device)
    await shelf.switched_off()
    shelf.empty()
    shelf.is_slow = world.random.random() < 0.4
    shelf.edition += world.random.random() < 0.5
    shelf.switch_on()
    world.rebuilt.append(shelf.name)
    world.shaken.add(shelf.name)
    world.trace("world", f"{shelf.name} is rebuilt from nothing")
    await world.scan(shelf)


async def backup(world: TwoServers) -> None:
    """Of either store."""
    shelf = a_shelf(world)
    if shelf.is_up:
        shelf.save_copy()


async def restore(world: TwoServers) -> None:
    """One of the stores goes back to a backup."""
    shelves = [shelf for shelf in world.shelves.values() if shelf.copies]
    if shelves:
        await restore_shelf(world, world.random.choice(shelves))


async def restore_shelf(world: TwoServers, shelf: Shelf) -> None:
    """To any of its backups; what came since is found on the disk again, under other ids."""
    await shelf.switched_off()
    shelf.put_back(world.random.choice(shelf.copies))
    world.restored.add(shelf.name)
    world.shaken.add(shelf.name)
    shelf.switch_on()
    await world.scan(shelf)


async def home_is_copied(world: TwoServers) -> None:
    """A backup of all that a device has."""
    await save_home(world, world.random.choice(world.devices))


async def save_home(world: TwoServers, device: Listener) -> HomeCopy:
    """As it is when it is off."""
    await device.switched_off()
    copy = device.save_home(world.folder)
    device.switch_on()
    return copy


async def home_is_restored(world: TwoServers) -> None:
    """A device goes on from an older copy of its home; what it did since is known where it was told."""
    device = world.random.choice(world.devices)
    if not device.copies:
        return
    await device.switched_off()
    copy = world.random.choice(device.copies)
    device.disk.replace_by(copy.folder)
    device.book.doubt_since(device.name, copy.made_ms)
    device.hands = dict(copy.hands)
    device.answered.clear()
    world.trace(device.name, f"goes on from {copy.folder.name}")
    device.switch_on()


async def home_runs_twice(world: TwoServers) -> None:
    """A copied home beside its original: both go on editing under one name, until each server notices."""
    if len(world.devices) >= DEVICES_MAX:
        return
    original = world.random.choice(world.devices)
    copy = await save_home(world, original)
    twin = world.new_device(world.people[original.name], home=copy.folder)
    twin.lineage |= original.lineage
    twin.hands = dict(copy.hands)
    world.trace(twin.name, f"begins as a copy of {original.name}")


async def nothing(_: TwoServers) -> None:
    """People only listen."""


def a_shelf(world: TwoServers) -> Shelf:
    """Either of them."""
    return world.random.choice(list(world.shelves.values()))


EVENTS = {
    "device loses power": device_loses_power,
    "server loses power": server_loses_power,
    "more music": more_music,
    "less music": less_music,
    "files are tagged anew": tagged_anew,
    "rebuild": rebuild,
    "backup": backup,
    "restore": restore,
    "home is copied": home_is_copied,
    "home is restored": home_is_restored,
    "home runs twice": home_runs_twice,
    "nothing": nothing,
}
