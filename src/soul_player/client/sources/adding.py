"""The transactions of adding sources and signing in: each decides by what the library holds at that moment."""

import os
from dataclasses import replace

from soul_player.client.errors import FolderInvalid, SourceExists, SourceNotFound
from soul_player.client.library.accounts import DEVICE_ID
from soul_player.client.library.addresses import add_address
from soul_player.client.library.connectivity import SourceAddress
from soul_player.client.library.model import Source, SourceId, SourceType
from soul_player.client.library.notes import read_note, write_note
from soul_player.client.library.rebuilds import claim_rebuild
from soul_player.client.library.resets import note_sign_in
from soul_player.client.library.source_names import free_name, quoted
from soul_player.client.library.sources import (
    NewSource,
    activate_source,
    add_source,
    all_sources,
    find_source,
    mark_needs_sign_in,
    mark_signed_in,
)
from soul_player.client.sources.local_folder import require_apart
from soul_player.database.access import Reader, Writer
from soul_player.folders.roots import shown
from soul_player.protocol.ids import DeviceId
from soul_player.protocol.session import User


async def name_for(library: Reader, wanted: str | None, *, otherwise: str) -> str:
    """What a new source would be called now. Raises `SourceExists`."""
    return free_name(wanted, await all_sources(library), otherwise=otherwise)


async def place_server(library: Writer, new: NewSource, *, wanted: str | None, now_ms: int) -> SourceId:
    """A new source, or the one that this account of this server is already, also at this address from here on: the
    server has signed this device in anew, so what was known of its sign-in is worth nothing any more.

    `wanted`: the name that a person gave it. Raises `SourceExists` when that is taken.
    """
    sources = await all_sources(library)
    known = next((one for one in sources if _is_account(one, new)), None)
    if known is None:
        name = free_name(wanted, sources, otherwise=new.name)
        return await add_source(library, replace(new, name=name), now_ms=now_ms)
    there = {one.url for one in known.addresses}
    for url in new.urls:
        if url not in there:
            await add_address(library, known.id, SourceAddress(url, new.fingerprint, new.is_insecure))
    # Until the tokens are stored; a crash in between leaves a source that asks for its password.
    await mark_needs_sign_in(library, known.id)
    return known.id


async def place_folder(library: Writer, path: bytes, *, wanted: str | None, now_ms: int) -> SourceId:
    """Raises `SourceExists`, also for a folder that holds another one or lies in it."""
    sources = await all_sources(library)
    require_apart(path, sources)
    name = free_name(wanted, sources, otherwise=shown(path.rpartition(b"/")[2]) or "folder")
    return await add_source(library, NewSource(name, SourceType.FOLDER, (os.fsdecode(path),)), now_ms=now_ms)


async def prefer(library: Writer, source_id: SourceId) -> None:
    """New playlists and plays go to this one. Raises `SourceNotFound`, `FolderInvalid`."""
    source = await existing(library, source_id)
    if source.type is not SourceType.SERVER:
        raise FolderInvalid(f"{source.name} is a folder: playlists and plays can go to no folder")
    await activate_source(library, source_id)


async def signed_in(library: Writer, source_id: SourceId, user: User, device_id: DeviceId) -> None:
    """Asking the server makes sense again; edits are sent as this account, under this name of the device.

    Raises `SourceNotFound` when the source was removed while its server was asked, `SourceExists`.
    """
    await require_no_other(library, await existing(library, source_id), user.username)
    await mark_signed_in(library, source_id, username=user.username, account_id=user.id)
    if not await claim_rebuild(library, source_id, account_id=user.id, device_id=device_id):
        await note_sign_in(library, source_id, account_id=user.id, device_id=device_id)


async def require_no_other(library: Reader, source: Source, username: str) -> None:
    """Raises `SourceExists` when this account of the same server is another source: it would be signed out there."""
    for other in await all_sources(library):
        if other.id != source.id and other.server_id == source.server_id and is_named(other, username):
            raise SourceExists(
                f"{username} at this server is your source {other.name} already",
                hint=f"choose it with: soul source activate {quoted(other.name)}",
            )


async def existing(library: Reader, source_id: SourceId) -> Source:
    """Raises `SourceNotFound`."""
    source = await find_source(library, source_id)
    if source is None:
        raise SourceNotFound(f"there is no source with the id {source_id}", hint="soul source list shows them")
    return source


async def own_device_id(library: Writer, fresh: str) -> DeviceId:
    """This home's own name at servers, minted once."""
    known = await read_note(library, DEVICE_ID)
    if known is None:
        await write_note(library, DEVICE_ID, fresh)
    return DeviceId(known or fresh)


def is_named(source: Source, username: str) -> bool:
    """A server tells names apart no more than this: any spelling of one signs this device in as the same account."""
    return (source.username or "").casefold() == username.strip().casefold()


def _is_account(source: Source, new: NewSource) -> bool:
    return source.server_id == new.server_id and (
        source.username == new.username or source.account_id == new.account_id
    )
