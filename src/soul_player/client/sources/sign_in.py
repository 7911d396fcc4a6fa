"""The sign-in of one source, shared by all its tasks: one refresh for all of them, and silence once it is lost."""

import asyncio
from collections.abc import Awaitable, Callable

from soul_player.client.errors import CredentialsRefused, SignInNeeded, TokenRefused
from soul_player.client.library.model import SourceId
from soul_player.client.sources.tokens import Tokens, TokenStore
from soul_player.edges import Clock
from soul_player.protocol.session import SignedIn

# A token that ends while its request is under way would cost a second request.
_SPARE_MS = 10_000

Refresh = Callable[[str], Awaitable[SignedIn]]


class SignIn:
    """Gives access tokens. `on_lost` is told once when the account is signed out."""

    def __init__(
        self, source_id: SourceId, store: TokenStore, clock: Clock, *, on_lost: Callable[[], Awaitable[None]]
    ) -> None:
        self._source_id = source_id
        self._store = store
        self._clock = clock
        self._on_lost = on_lost
        self._turn = asyncio.Lock()
        self._tokens: Tokens | None = None
        self._is_loaded = False
        self._is_lost = False

    async def token(self, refresh: Refresh) -> str:
        """One that is good as far as this device knows. Raises `SignInNeeded`."""
        async with self._turn:
            tokens = await self._current()
            if not self._is_good(tokens):
                tokens = await self._renew(tokens, refresh, may_adopt=True)
            return tokens.access_token

    async def renewed(self, refused: str, refresh: Refresh) -> str:
        """After `refused` was refused. Whoever comes first refreshes, the others get what it got."""
        async with self._turn:
            tokens = await self._current()
            if tokens.access_token == refused:
                # A really new one: after a second refusal there is no third try.
                tokens = await self._renew(tokens, refresh, may_adopt=False)
            return tokens.access_token

    async def keep(self, answer: SignedIn) -> Tokens:
        """Store what a login or a refresh gave, before anything uses it."""
        tokens = Tokens(answer.access_token, self._clock.now_ms() + answer.expires_in * 1000, answer.refresh_token)
        await self._store.save(self._source_id, tokens)
        self._tokens, self._is_loaded, self._is_lost = tokens, True, False
        return tokens

    async def lose(self) -> SignInNeeded:
        """The account is signed out; the error to raise. What waits stays, until a person signs in."""
        if not self._is_lost:
            self._is_lost = True
            await self._on_lost()
        return _sign_in_needed()

    async def _current(self) -> Tokens:
        if self._is_lost and not await self._adopt():
            # Unless somebody signed in meanwhile, in another process of this home.
            raise _sign_in_needed()
        if not self._is_loaded:
            self._tokens = await self._store.load(self._source_id)
            self._is_loaded = True
        if self._tokens is None:
            raise await self.lose()
        return self._tokens

    async def _renew(self, tokens: Tokens, refresh: Refresh, *, may_adopt: bool) -> Tokens:
        # Another process of this home may have refreshed: its old token, presented once more, would sign us out.
        if await self._adopt():
            assert self._tokens is not None
            tokens = self._tokens
            if may_adopt and self._is_good(tokens):
                return tokens
        try:
            answer = await refresh(tokens.refresh_token)
        except (TokenRefused, CredentialsRefused) as error:
            if not await self._adopt():
                raise await self.lose() from error
        else:
            if not await self._adopt():
                return await self.keep(answer)
        # Somebody has signed in while it was asked, which has ended the session of these tokens.
        assert self._tokens is not None
        return self._tokens

    async def _adopt(self) -> bool:
        """Take what another process has stored; False when there is nothing that this one does not know."""
        stored = await self._store.load(self._source_id)
        if stored is None or stored == self._tokens:
            return False
        self._tokens, self._is_loaded, self._is_lost = stored, True, False
        return True

    def _is_good(self, tokens: Tokens) -> bool:
        return tokens.expires_at_ms - _SPARE_MS > self._clock.now_ms()


def _sign_in_needed() -> SignInNeeded:
    return SignInNeeded("this account is signed out", hint="sign in again: soul source login")
