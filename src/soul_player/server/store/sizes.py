"""SQL of how much there is, for whoever monitors the server."""

from dataclasses import dataclass

from soul_player.database.access import Reader

# All of it is in the index of what is present.
TRACKS = """
    SELECT COUNT(*), COALESCE(SUM(size_bytes), 0)
      FROM tracks
     WHERE is_present = 1
"""

UNHASHED = """
    SELECT COUNT(*)
      FROM tracks
     WHERE is_present = 1
       AND is_hashed = 0
"""

USERS = """
    SELECT COUNT(*)
      FROM users
"""

DEVICES = """
    SELECT COUNT(*)
      FROM devices
"""

# Of scopes that are some users', so the index by feed is of no use; there are few kinds and many tracks.
PLAYLISTS = """
    SELECT COUNT(*)
      FROM playlists
     WHERE deleted_at IS NULL
"""


@dataclass(frozen=True)
class Sizes:
    """Of one moment."""

    tracks: int
    track_bytes: int
    unhashed: int
    users: int
    devices: int
    playlists: int


async def read_sizes(store: Reader) -> Sizes:
    """A walk over an index: a few milliseconds for a hundred thousand tracks."""
    tracks, unhashed = await store.one(TRACKS), await store.one(UNHASHED)
    users, devices, playlists = await store.one(USERS), await store.one(DEVICES), await store.one(PLAYLISTS)
    assert tracks is not None
    assert unhashed is not None
    assert users is not None
    assert devices is not None
    assert playlists is not None
    return Sizes(
        int(tracks[0]), int(tracks[1]), int(unhashed[0]), int(users[0]), int(devices[0]), int(playlists[0])
    )  # fmt: skip
