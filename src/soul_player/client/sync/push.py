"""Draining the operations that wait at one source: in order, each answered once, none holding up another."""

from collections.abc import Callable, Sequence

import msgspec

from soul_player.client.edits.act import Act
from soul_player.client.edits.answers import forget_answered
from soul_player.client.edits.marks import tell_plays
from soul_player.client.edits.telling import tell_marks
from soul_player.client.errors import (
    PermanentSyncError,
    RequestTooLarge,
    ResetRequired,
    ServerFailed,
    SignInNeeded,
    SyncError,
    TransientSyncError,
)
from soul_player.client.events import ProgressKind
from soul_player.client.library.accounts import DEVICE_ID, Account, confirmed_through, find_account, open_account
from soul_player.client.library.batches import Sending, count_failure, let_go, sent_batch, take_batch, unsend
from soul_player.client.library.model import SourceId
from soul_player.client.library.notes import write_note
from soul_player.client.library.resets import forget_settled, reset_feeds
from soul_player.client.library.settling import BatchAnswer, Settled, park, refresh_group, settle_batch
from soul_player.client.library.sources import mark_needs_sign_in
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sources.user_scope import push
from soul_player.client.sync.tally import Tally
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock, Randomness, mint
from soul_player.protocol.cursor import Feed
from soul_player.protocol.page import Heads
from soul_player.protocol.problem import ProblemCode
from soul_player.protocol.push import PushRequest, PushResponse
from soul_player.protocol.times import time_text

# So often a server may fail on a batch before one of its operations is looked for.
FAILURES_MAX = 3
# 500 a batch: five million edits.
BATCHES_MAX = 10_000
_NOT_OF_ONE_OPERATION = frozenset({ProblemCode.DEVICE_CLONED.value, ProblemCode.DEVICE_MISMATCH.value})


class Push:
    """One source's edits on their way."""

    def __init__(
        self,
        source_id: SourceId,
        *,
        server: ServerClient,
        library: Database,
        clock: Clock,
        randomness: Randomness,
        tally: Tally,
        progress: Callable[[ProgressKind, int, int | None], None],
    ) -> None:
        self._source_id = source_id
        self._server = server
        self._library = library
        self._clock = clock
        self._randomness = randomness
        self._tally = tally
        self._progress = progress
        self._heads: Heads | None = None
        # Positions that operations of the last drain took, each with the feed that it is in.
        self.moved: dict[int, Feed] = {}

    async def drain(self) -> Heads | None:
        """Send what waits, each operation once; the heads as the last answer told them, None when nothing was sent.

        Raises `SyncError`; then what was sent waits for its answer.
        """
        self._heads = None
        self.moved = {}
        account = await self._library.write(self._begin)
        if account is None:
            return None
        unanswered = await self._library.read(sent_batch, account)
        if unanswered:
            await self._send(unanswered)
        after_n = 0
        for _ in range(BATCHES_MAX):
            batch = await self._library.write(take_batch, account, after_n=after_n, now_ms=self._clock.now_ms())
            if not batch:
                break
            after_n = batch[-1].n
            await self._send(batch)
        return self._heads

    async def keep(self) -> None:
        """The server takes no edits: what was sent goes on waiting."""
        account = await self._library.read(find_account, self._source_id)
        if account is not None:
            await self._library.write(unsend, account)

    async def _begin(self, library: Writer) -> Account | None:
        """What became sendable meanwhile is made ready."""
        account = await open_account(library, self._source_id)
        if account is None:
            return None
        self._server.require_account(account.account_id)
        now_ms = self._clock.now_ms()
        act = Act(now_ms, self._randomness)
        await tell_plays(library, act, account)
        await tell_marks(library, act, self._source_id)
        for group_key in sorted(await let_go(library, account)):
            await refresh_group(library, account, group_key)
        await forget_settled(library, account, now_ms=now_ms)
        await forget_answered(library, now_ms=now_ms)
        return await find_account(library, self._source_id)

    async def _send(self, batch: Sequence[Sending]) -> None:
        """A batch, until every operation of it is answered: whole, or in halves when the server cannot take it."""
        try:
            await self._post(batch)
        except RequestTooLarge as error:
            await self._divide(batch, error, reason="too_large")
        except ServerFailed as error:
            await self._after_failure(batch, error, reason="server_failed")
        except PermanentSyncError as error:
            if error.problem_code == ProblemCode.DEVICE_CLONED:
                raise await self._become_another() from error
            if error.problem_code in _NOT_OF_ONE_OPERATION:
                raise await self._sign_in_again(error) from error
            await self._after_failure(batch, error, reason=error.problem_code)
        except ResetRequired as error:
            await self._library.write(self._offer_again, error.problem_code)
            raise

    async def _after_failure(self, batch: Sequence[Sending], error: SyncError, *, reason: str) -> None:
        await self._library.write(count_failure, batch)
        if min(sending.attempts for sending in batch) + 1 < FAILURES_MAX:
            raise TransientSyncError(error.message) from error
        await self._divide(batch, error, reason=reason)

    async def _divide(self, batch: Sequence[Sending], error: SyncError, *, reason: str) -> None:
        """Halves, down to the one operation that it is about."""
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._send(batch[:middle])
            await self._send(batch[middle:])
            return
        # A server that fails on an empty batch too is at fault itself: nothing of ours is to blame.
        await self._post(())
        account = await self._account()
        await self._library.write(
            park, account, batch[0].op_id, reason=reason, message=f"the server cannot take it: {error.message}"
        )
        self._tally.conflicts += 1

    async def _post(self, batch: Sequence[Sending]) -> None:
        account = await self._account()
        self._server.require_account(account.account_id)
        confirmed = await self._library.read(confirmed_through, account)
        request = PushRequest(
            device_id=account.device_id,  # type: ignore[arg-type]  # a DeviceId, kept as text
            operations=tuple(msgspec.Raw(sending.body) for sending in batch),
            sent_at=time_text(self._clock.now_ms()),
            ack=account.ack,
            confirmed_through=confirmed,
        )
        response = await push(self._server, msgspec.json.encode(request))
        self._heads = response.told_heads()
        self.moved |= _moved(batch, response)
        await self._settle(account, batch, response)

    async def _settle(self, account: Account, batch: Sequence[Sending], response: PushResponse) -> None:
        head = response.heads.get(f"user:{account.account_id}", 0)
        answer = BatchAnswer(response.results, response.ack, head, response.era)
        op_ids = [sending.op_id for sending in batch]
        settled = await self._library.write(_settle_own, account, op_ids, answer, now_ms=self._clock.now_ms())
        if settled is None:
            raise SignInNeeded("somebody else has signed in while it was synced")
        self._tally.pushed += settled.pushed
        self._progress(ProgressKind.EDITS, self._tally.pushed, None)
        self._tally.conflicts += settled.conflicts

    async def _account(self) -> Account:
        account = await self._library.read(find_account, self._source_id)
        if account is None:
            raise SignInNeeded("the source was removed or signed out while it was synced")
        return account

    async def _offer_again(self, library: Writer, code: str) -> None:
        """The server has lost something that it acknowledged; of this batch it took nothing."""
        account = await find_account(library, self._source_id)
        if account is None:
            return
        await unsend(library, account)
        now_ms = self._clock.now_ms()
        await reset_feeds(library, account, code=code, reset_at_ms=None, now_ms=now_ms)

    async def _become_another(self) -> SignInNeeded:
        """This home was copied: it takes a name of its own, under which it has to sign in."""
        device_id = mint(self._clock, self._randomness)
        await self._library.write(self._rename_device, device_id)
        return SignInNeeded(
            "another home edits under the name of this device: this one has taken a new name",
            hint="sign in again: soul source login; nothing is lost",
        )

    async def _sign_in_again(self, error: SyncError) -> SignInNeeded:
        await self._library.write(mark_needs_sign_in, self._source_id)
        return SignInNeeded(error.message, hint="sign in again: soul source login")

    async def _rename_device(self, library: Writer, device_id: str) -> None:
        account = await find_account(library, self._source_id)
        if account is not None:
            await unsend(library, account)
        await write_note(library, DEVICE_ID, device_id)
        await mark_needs_sign_in(library, self._source_id)


async def _settle_own(
    library: Writer, account: Account, op_ids: Sequence[bytes], answer: BatchAnswer, *, now_ms: int
) -> Settled | None:
    """None: another person has signed in since, whose library shows nothing of this. What was sent is sent again, and
    answered again, when this one is back."""
    current = await find_account(library, account.source_id)
    if current is None or current.account_id != account.account_id:
        return None
    return await settle_batch(library, account, op_ids, answer, now_ms=now_ms)


class _Kind(msgspec.Struct):
    """What of an operation says which feed it is in."""

    op_id: str
    type: str


def _moved(batch: Sequence[Sending], response: PushResponse) -> dict[int, Feed]:
    kinds = [msgspec.json.decode(sending.body, type=_Kind) for sending in batch]
    feeds = {
        kind.op_id: Feed.PLAYLISTS if kind.type.startswith(("playlist.", "entry.")) else Feed.USER_DATA
        for kind in kinds
    }
    return {one.seq: feeds[one.op_id] for one in response.results if one.seq is not None and one.op_id in feeds}
