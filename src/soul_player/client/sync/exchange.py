"""One attempt at one source: what waits here goes first, then what is new there comes."""

from soul_player.client.errors import GoneError, OfflineError, ResetRequired, SignInNeeded, SyncError
from soul_player.client.sources.server_client import ServerClient
from soul_player.client.sync.pull import Pull
from soul_player.client.sync.pull_user import UserPull
from soul_player.client.sync.push import Push
from soul_player.protocol.page import Heads

# Each feed of the user is found to be off the server's history, and swept, at most once in an attempt.
USER_ROUNDS_MAX = 4


class Exchange:
    """Push before pull; an idle one is a single request. Each part goes on from where the last attempt stopped."""

    def __init__(self, server: ServerClient, *, push: Push, pull: Pull, user: UserPull) -> None:
        self._server = server
        self._push = push
        self._pull = pull
        self._user = user

    async def forget(self) -> None:
        """Begin every feed from nothing."""
        await self._pull.forget()
        await self._user.forget()

    async def run(self) -> None:
        """Raises `SyncError`. While a batch has no answer, only the library is read."""
        if await self._user.is_rebuilt():
            # Its tracks first: what is told of them needs the names that it gives them now.
            await self._pull.sync(await self._heads())
            await self._user.offer_everything()
        told = await self._drain()
        unpushed = told if isinstance(told, SyncError) else None
        # The answer to the last batch tells where the server stands; with nothing to send it is asked.
        heads = told if isinstance(told, Heads) else await self._heads()
        await self._pull.sync(heads)
        if unpushed is not None:
            raise unpushed
        # A server that tells no head of its user keeps no playlists: that feature is off.
        if any(scope.startswith("user:") for scope in heads.heads):
            await self._sync_user(heads)

    async def _sync_user(self, heads: Heads) -> None:
        """What it has lost of what this device was told was taken is offered again before anything is read."""
        for _ in range(USER_ROUNDS_MAX):
            if not await self._user.sync(heads, moved=self._push.moved):
                return
            heads = await self._push.drain() or await self._heads()
        await self._user.sync(heads, moved=self._push.moved)

    async def _drain(self) -> Heads | SyncError | None:
        """The heads that the server told with its answer, if it was sent anything; or why that could not be done."""
        try:
            try:
                return await self._push.drain()
            except ResetRequired:
                # The reset has been prepared; what is offered again goes without an acknowledgement.
                return await self._push.drain()
        except GoneError:
            await self._push.keep()
        except (OfflineError, SignInNeeded):
            raise
        except SyncError as error:
            return error
        return None

    async def _heads(self) -> Heads:
        try:
            return await self._server.heads(ack=await self._user.ack())
        except ResetRequired as refused:
            await self._user.offer_again(refused)
            return await self._push.drain() or await self._server.heads(ack=await self._user.ack())
