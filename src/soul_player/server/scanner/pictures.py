"""A folder's picture that came, changed or went: its tracks are looked at again."""

import posixpath

from soul_player.database.access import Database, Writer
from soul_player.folders.compare import is_hidden_below
from soul_player.folders.scan.looking import Look, id_of
from soul_player.server.store.roots import FolderImage, list_folder_images, put_folder_images
from soul_player.server.store.tracks import ROWS_PER_TRANSACTION_MAX, mark_unhashed


async def note_pictures(database: Database, look: Look) -> None:
    """Compare the pictures of a root's folders with those noted before, and note those of now."""
    if not look.root.is_configured or not look.found.is_root_listed:
        return
    noted = await database.read(list_folder_images, look.root.id)
    now = look.found.images
    put = [(folder, image) for folder, image in now.items() if noted.get(folder) != image]
    gone = [folder for folder in noted if folder not in now and not is_hidden_below(folder, look.found.unlisted)]
    folders = {folder for folder, _ in put} | set(gone)
    if not folders:
        return
    # Marked first: killed in between, the next scan marks them once more, and nothing is forgotten.
    ids = [id_of(row) for path, row in look.known.items() if posixpath.dirname(path) in folders]
    for start in range(0, len(ids), ROWS_PER_TRANSACTION_MAX):
        await database.write(mark_unhashed, ids[start : start + ROWS_PER_TRANSACTION_MAX])
    await _put(database, look.root.id, put, gone)


async def _put(database: Database, root_id: int, put: list[tuple[bytes, FolderImage]], gone: list[bytes]) -> None:
    for start in range(0, max(len(put), len(gone)), ROWS_PER_TRANSACTION_MAX):
        end = start + ROWS_PER_TRANSACTION_MAX

        async def step(store: Writer, start: int = start, end: int = end) -> None:
            await put_folder_images(store, root_id, put[start:end], gone[start:end])

        await database.write(step)
