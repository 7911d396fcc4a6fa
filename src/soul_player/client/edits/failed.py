"""What a person does about an edit that no server took: try it again, put it right, or let go of it."""

import msgspec

from soul_player.client.edits.act import Act
from soul_player.client.errors import EditInvalid, FailedEditNotFound
from soul_player.client.library.accounts import Account, open_account
from soul_player.client.library.failed_edits import DISCARD, DISCARD_GROUP, RENEW, FailedEdit, list_failed
from soul_player.client.library.settling import refresh_group
from soul_player.client.library.sync_queue import payload_of
from soul_player.database.access import Writer
from soul_player.protocol.ids import id_bytes
from soul_player.protocol.operation import (
    AnyOperation,
    InvalidOperation,
    PlaylistCreate,
    PlaylistRename,
    RatingSet,
    check_operation,
)


async def retry_edit(library: Writer, act: Act, edit_id: str) -> None:
    """It waits again, under a new id: the server keeps its answer to the old one."""
    edit, account = await _find(library, edit_id)
    await _renew(library, act, account, edit, edit.read())


async def correct_edit(
    library: Writer, act: Act, edit_id: str, *, name: str | None = None, rating: int | None = None
) -> None:
    """Another name or another rating, then it waits again."""
    edit, account = await _find(library, edit_id)
    operation = edit.read()
    match operation:
        case PlaylistCreate() | PlaylistRename() if name is not None:
            corrected: AnyOperation = msgspec.structs.replace(operation, name=name)
        case RatingSet() if rating is not None:
            corrected = msgspec.structs.replace(operation, rating=rating or None)
        case _:
            raise FailedEditNotFound(
                f"there is nothing like that in {edit.operation} to put right",
                hint="try it again as it is, or let go of it: soul resolve",
            )
    try:
        check_operation(corrected)
    except InvalidOperation as error:
        raise EditInvalid(str(error)) from error
    await _renew(library, act, account, edit, corrected)


async def discard_edit(library: Writer, act: Act, edit_id: str) -> None:
    """Let go of it, and of what cannot be without it."""
    edit, account = await _find(library, edit_id)
    if edit.operation == "playlist.create":
        await library.run(DISCARD_GROUP, source_id=edit.source_id, group_key=edit.group_key, now_ms=act.now_ms)
    else:
        await library.run(DISCARD, op_id=id_bytes(edit.id), now_ms=act.now_ms)
    await refresh_group(library, account, edit.group_key)


async def _find(library: Writer, edit_id: str) -> tuple[FailedEdit, Account]:
    failed = await list_failed(library)
    fitting = [edit for edit in failed if edit.id == edit_id] or [
        edit for edit in failed if edit.id.startswith(edit_id) or edit.id.endswith(edit_id)
    ]
    if len(fitting) != 1:
        raise FailedEditNotFound(
            f"no failed edit, or more than one, has the id {edit_id}", hint="soul resolve shows them with their ids"
        )
    account = await open_account(library, fitting[0].source_id)
    assert account is not None, "its operations were made for an account"
    return fitting[0], account


async def _renew(library: Writer, act: Act, account: Account, edit: FailedEdit, operation: AnyOperation) -> None:
    outbox = act.outbox(library, account)
    op_id, n = outbox.number()
    renewed = msgspec.structs.replace(operation, op_id=op_id, n=n)
    await library.run(RENEW, op_id=id_bytes(edit.id), new_id=id_bytes(op_id), n=n, payload=payload_of(renewed))
    await outbox.save()
    await refresh_group(library, account, edit.group_key)
