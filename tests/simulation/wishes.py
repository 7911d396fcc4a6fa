"""What people want of downloads: music here, not here any more, later, sooner; and hearing it."""

import asyncio
from datetime import UTC

from soul_player.client import Client, LocalTrackId, Wish, parse_query, query_condition, shown, wish_words
from soul_player.client.errors import ClientError
from soul_player.client.library.model import Condition
from soul_player.protocol.quality import StreamQuality
from tests.simulation.audio_server import ARTISTS
from tests.simulation.collector import Collector
from tests.simulation.laws_of_pictures import wanted_qualities

RULES_MAX = 3
# Most people want it as it is.
QUALITIES = (*[StreamQuality.ORIGINAL] * 4, StreamQuality.LOW, StreamQuality.MEDIUM)
TRACKS = "SELECT id, title FROM tracks WHERE status <> 'unavailable' ORDER BY id"
CACHED = "SELECT DISTINCT path FROM track_sources WHERE status = 'cached' ORDER BY path"


def condition_of(device: Collector, query: str) -> Condition:
    """The tracks that these words name."""
    return query_condition(shown(parse_query(query)), now_seconds=device.clock.now_ms() // 1000, zone=UTC)


def some_query(device: Collector) -> str:
    """A track, an album, an artist, a playlist, or what is loved."""
    chooser = device.random
    return chooser.choice(
        (
            f'title:="Recording {chooser.randint(0, 14)}"',
            f'title:="Recording {chooser.randint(0, 14)}"',
            f'album:"Album {chooser.randint(0, 2)}"',
            f'artist:"Artist {chooser.randint(0, ARTISTS - 1)}"',
            'playlist:"Mine"',
            "rating:5",
            "plays:>0",
        )
    )


async def ask(device: Collector, client: Client) -> None:
    """For some music."""
    query = some_query(device)
    name, is_live = wish_words(query)
    quality = device.random.choice(QUALITIES)
    wish = Wish(name, query, condition_of(device, query), quality=quality, is_live=is_live)
    asked = await client.downloads.ask(wish)
    # Whoever asks again for what is still to come wants it in the quality that was asked for last.
    with device.looking() as library:
        device.wanted_qualities.update(wanted_qualities(library))
    said = f"{asked.tracks}, {asked.here} here, {len(asked.queued)} queued"
    device.trace(device.name, f"asks for {query}, {quality.value}: {said}")


async def let_go(device: Collector, client: Client) -> None:
    """Of some."""
    query = some_query(device)
    device.note_let_go()
    gone, freed = await client.downloads.let_go(query, condition_of(device, query))
    device.trace(device.name, f"lets go of {query}: {gone}, {freed} bytes")


async def steer(device: Collector, client: Client) -> None:
    """One or all: pause, resume, cancel, try again, first."""
    listed = await client.downloads.list()
    one = device.random.choice(listed).task if listed else None
    what = device.random.choice(("pause", "pause all", "resume", "resume", "cancel", "retry", "move"))
    device.trace(device.name, f"{what} {None if one is None else one.id}")
    match what:
        case "pause all":
            await client.downloads.pause()
        case "resume":
            await client.downloads.resume()
        case "retry":
            await client.downloads.retry()
        case "pause" if one is not None:
            await client.downloads.pause([one.id])
        case "cancel" if one is not None:
            device.note_let_go()
            await client.downloads.cancel([one.id])
        case "move" if one is not None:
            await client.downloads.move(one.id, after=None)
        case _:
            return


async def rule(device: Collector, client: Client) -> None:
    """One more, or one fewer."""
    own = [one for one in await client.downloads.rules.list() if one.kind == "own"]
    if len(own) < RULES_MAX and device.random.random() < 0.7:
        budget = device.random.choice((None, 20_000, 80_000))
        name = f"rule {device.random.getrandbits(32)}"
        weight = device.random.choice((10, 60, 200))
        made = await client.downloads.rules.add(name, some_query(device), weight=weight, budget_bytes=budget)
        device.trace(device.name, f"adds a rule for {made.query}")
    elif own:
        await client.downloads.rules.remove(device.random.choice(own).id)
        device.trace(device.name, "removes a rule")


async def hear(device: Collector, client: Client) -> None:
    """A copy is open for a while, in which everything else goes on; and it is counted."""
    with device.looking() as connection:
        paths = [row[0] for row in connection.execute(CACHED)]
        tracks = [LocalTrackId(row[0]) for row in connection.execute(TRACKS)]
    if paths:
        device.spawn(device.excused(_hold_open(device, client, device.random.choice(paths))))
    if tracks:
        await client.edits.record_play(device.random.choice(tracks))


async def _hold_open(device: Collector, client: Client, path: str) -> None:
    async with client.downloads.store.opened(path):
        with device.hearing(path):
            await asyncio.sleep(device.random.uniform(1.0, 200.0))


async def rate(device: Collector, client: Client) -> None:
    """For the rules that look at it."""
    with device.looking() as connection:
        tracks = [LocalTrackId(row[0]) for row in connection.execute(TRACKS)]
    if tracks:
        await client.edits.set_rating(device.random.choice(tracks), device.random.choice((1, 5, 5)))


async def collect(device: Collector, client: Client) -> None:
    """A playlist of the user's own, which the third built-in rule follows."""
    with device.looking() as connection:
        tracks = [LocalTrackId(row[0]) for row in connection.execute(TRACKS)]
    sources = await client.sources.list()
    if not tracks or not sources:
        return
    mine = [one for one in await client.playlists.list() if one.name == "Mine"]
    if mine:
        playlist_id = mine[0].id
    else:
        playlist_id = await client.edits.create_playlist("Mine", source_id=device.random.choice(sources).id)
    await client.edits.add_entries(playlist_id, [device.random.choice(tracks)])


async def doubt(device: Collector, client: Client) -> None:
    """A player finds a file odd, or somebody has everything read."""
    with device.looking() as connection:
        paths = [row[0] for row in connection.execute(CACHED)]
    if paths and device.random.random() < 0.7:
        await client.downloads.store.lost(device.random.choice(paths))
    else:
        await client.downloads.store.verify_all()


ACTS = {ask: 6, let_go: 1, steer: 3, rule: 2, hear: 4, rate: 2, collect: 2, doubt: 1}


async def act(device: Collector, client: Client) -> None:
    """One or two of them."""
    for _ in range(device.random.randint(1, 2)):
        one = device.random.choices(list(ACTS), weights=list(ACTS.values()))[0]
        try:
            await one(device, client)
        except ClientError as error:
            device.trace(device.name, f"{type(error).__name__}: {error}")
