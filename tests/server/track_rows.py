"""Track rows as they stand in a server's store: valid by default, so that a test says only what it is about."""

from soul_player.database.access import Writer

ADD_ROOT = "INSERT INTO roots (id, path, is_configured) VALUES (1, :path, 1)"

PUT_TRACK = """
    INSERT INTO tracks (id, root_id, path, is_present, size_bytes, mtime_ns, inode, duration_seconds, added_at,
                        updated_at, body)
    VALUES (:id, 1, :id, 1, 1, 1, 1, 1.0, 1, 1, :body)
    ON CONFLICT (id) DO UPDATE SET body = excluded.body
"""


async def add_root(store: Writer) -> None:
    """The one root that the rows belong to."""
    await store.run(ADD_ROOT, path=b"/music")


async def put_track(store: Writer, track_id: bytes, body: bytes | None = None) -> None:
    """A track that is there; `body` is its encoded form (its id's bytes when a test does not look at it)."""
    await store.run(PUT_TRACK, id=track_id, body=body or track_id)
