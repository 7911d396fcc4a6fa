"""SQL of roots: the folders of music, those that are no longer configured too, and the pictures in their folders."""

from collections.abc import Sequence

from soul_player.audio.source import Stamp
from soul_player.database.access import Reader, Writer
from soul_player.folders.scan.stored import Root

UNCONFIGURE = """
    UPDATE roots
       SET is_configured = 0
"""

CONFIGURE = """
    INSERT INTO roots (id, path, is_configured)
    SELECT COALESCE(MAX(id), 0) + 1, :path, 1
      FROM roots
     WHERE TRUE
    ON CONFLICT (path) DO UPDATE
       SET is_configured = 1
"""

LIST = """
    SELECT id, path, is_configured, confirmed_missing
      FROM roots
     ORDER BY id
"""

CONFIRM = """
    UPDATE roots
       SET confirmed_missing = :missing
     WHERE id = :id
"""

LIST_IMAGES = """
    SELECT folder, name, size_bytes, mtime_ns, inode
      FROM folder_images
     WHERE root_id = :root_id
"""

PUT_IMAGE = """
    INSERT INTO folder_images (root_id, folder, name, size_bytes, mtime_ns, inode)
    VALUES (:root_id, :folder, :name, :size_bytes, :mtime_ns, :inode)
    ON CONFLICT (root_id, folder) DO UPDATE
       SET name = excluded.name,
           size_bytes = excluded.size_bytes,
           mtime_ns = excluded.mtime_ns,
           inode = excluded.inode
"""

DROP_IMAGE = """
    DELETE FROM folder_images
     WHERE root_id = :root_id
       AND folder = :folder
"""

FolderImage = tuple[bytes, Stamp]


async def configure_roots(store: Writer, paths: Sequence[bytes]) -> list[Root]:
    """Make the given folders the configured ones; every root there ever was."""
    await store.run(UNCONFIGURE)
    for path in paths:
        await store.run(CONFIGURE, path=path)
    return await list_roots(store)


async def list_roots(store: Reader) -> list[Root]:
    """Every root there ever was."""
    return [
        Root(int(root_id), bytes(path), bool(is_configured), None if confirmed is None else int(confirmed))
        for root_id, path, is_configured, confirmed in await store.all(LIST)
    ]


async def confirm_missing(store: Writer, root_id: int, *, missing: int | None) -> None:
    """Note what a person agreed to; None when it was used up."""
    await store.run(CONFIRM, id=root_id, missing=missing)


async def list_folder_images(store: Reader, root_id: int) -> dict[bytes, FolderImage]:
    """The picture of each folder of a root that has one."""
    return {
        bytes(folder): (bytes(name), Stamp(int(size), int(mtime_ns), int(inode)))
        for folder, name, size, mtime_ns, inode in await store.all(LIST_IMAGES, root_id=root_id)
    }


async def put_folder_images(
    store: Writer, root_id: int, images: Sequence[tuple[bytes, FolderImage]], gone: Sequence[bytes]
) -> None:
    """Note the pictures that are new or other than before, and those that are gone."""
    await store.run_many(PUT_IMAGE, [(root_id, folder, name, *stamp) for folder, (name, stamp) in images])
    await store.run_many(DROP_IMAGE, [(root_id, folder) for folder in gone])
