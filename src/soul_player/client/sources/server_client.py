"""A server as the client sees it: one method per endpoint, every error one of ours."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TypeVar

import msgspec

from soul_player.client.errors import (
    CertificateUnknown,
    ProtocolError,
    ServerChanged,
    SignInNeeded,
    SyncError,
    TokenRefused,
    VersionUnsupported,
)
from soul_player.client.sources.addresses import Address
from soul_player.client.sources.certificates import CertificateUnverified, fingerprint_text, shown_fingerprint
from soul_player.client.sources.received import (
    ReceivedPage,
    check_heads,
    check_server,
    check_signed_in,
    ids_bytes,
    read_message,
    read_tracks_page,
)
from soul_player.client.sources.route import KNOWN_SECONDS
from soul_player.client.sources.sign_in import SignIn
from soul_player.client.sources.symptoms import Answer, diagnose
from soul_player.client.sources.transport import Request, Streamed, Transport
from soul_player.edges import Clock
from soul_player.protocol.codec import Message, encode
from soul_player.protocol.ids import ServerId, TrackId
from soul_player.protocol.page import Heads
from soul_player.protocol.server_info import PROTOCOL_VERSION, ServerInfo
from soul_player.protocol.session import LoginRequest, PasswordRequest, RefreshRequest, SignedIn

T = TypeVar("T")

# A page of 1000 tracks of 5 KB, three times over.
PAGE_BYTES_MAX = 16 * 1024 * 1024
MESSAGE_BYTES_MAX = 1024 * 1024
CERTIFICATE_SECONDS = 10.0
# Why bytes are refused is a few words; some of them are enough.
REFUSAL_SECONDS = 30.0


class ServerClient:
    """`server_id`: who must answer there; None while that is not known yet. `account_id`: whose sign-in it is."""

    def __init__(  # what it is of, each by name
        self,
        transport: Transport,
        clock: Clock,
        *,
        server_id: ServerId | None = None,
        account_id: str | None = None,
        sign_in: SignIn | None = None,
    ) -> None:
        self.transport = transport
        self._clock = clock
        self._server_id = server_id
        self._sign_in = sign_in
        self.account_id = account_id
        # When it last said who it is.
        self._known_at: float | None = None

    async def health(self) -> None:
        """Returns when the server says that it is well."""
        await self._ask(Request("/api/health"), bytes_max=MESSAGE_BYTES_MAX)

    async def server(self) -> ServerInfo:
        """Who answers there. Asked without credentials, before any are sent. Raises `ServerChanged`."""
        answer = await self._ask(Request("/api/server"), bytes_max=MESSAGE_BYTES_MAX)
        info = check_server(read_message(answer.body, ServerInfo))
        if info.protocol != PROTOCOL_VERSION:
            raise VersionUnsupported(
                f"the server speaks version {info.protocol} of the protocol, this client version {PROTOCOL_VERSION}",
                hint="install the same version of Soul Player on both",
            )
        self.require_same(info.server_id, name=info.name)
        return info

    async def login(self, request: LoginRequest, server: ServerInfo) -> SignedIn:
        """Sign a device in at `server`, which was asked who it is before. Raises `CredentialsRefused`."""
        self.require_same(server.server_id)
        return check_signed_in(await self._post("/api/auth/login", request, SignedIn))

    async def refresh(self, refresh_token: str) -> SignedIn:
        """A new pair of tokens. Raises `TokenRefused`, `ServerChanged`; the latter before anything was sent."""
        await self.server()
        return check_signed_in(await self._post("/api/auth/refresh", RefreshRequest(refresh_token), SignedIn))

    async def logout(self) -> None:
        """Sign this device out."""
        await self._authorised(
            lambda token: self._ask(
                Request("/api/auth/logout", method="POST", token=token), bytes_max=MESSAGE_BYTES_MAX
            )
        )

    async def change_password(self, request: PasswordRequest) -> None:
        """Raises `CredentialsRefused` when the current one is wrong."""
        body = encode(request)
        await self._authorised(
            lambda token: self._ask(
                Request("/api/auth/password", method="POST", token=token, body=body), bytes_max=MESSAGE_BYTES_MAX
            )
        )

    async def heads(self, *, ack: str | None = None) -> Heads:
        """The newest position of every scope: all that an idle sync asks. Raises `ServerChanged`, `ResetRequired`."""
        query = None if ack is None else {"ack": ack}
        answer = await self.asked(Request("/api/sync/heads", query=query), bytes_max=MESSAGE_BYTES_MAX)
        heads = check_heads(read_message(answer.body, Heads))
        self.require_same(heads.server_id)
        return heads

    async def tracks_page(self, cursor: str | None, *, limit: int) -> ReceivedPage:
        """The next page of the feed of tracks. Raises `ResetRequired` when the position is no longer servable."""
        query = {"limit": str(limit)} if cursor is None else {"limit": str(limit), "cursor": cursor}
        answer = await self._authorised(
            lambda token: self._ask(Request("/api/sync/tracks", query=query, token=token), bytes_max=PAGE_BYTES_MAX)
        )
        return read_tracks_page(answer.body, limit=limit)

    @asynccontextmanager
    async def download(
        self, track_id: TrackId, *, first: int | None = None, last: int | None = None, etag: str | None = None
    ) -> AsyncGenerator[Streamed, None]:
        """The original's bytes, all of them or a range; with `etag`, the range only while it is still that file."""
        ids_bytes([track_id])
        headers = {} if first is None else {"Range": f"bytes={first}-{'' if last is None else last}"}
        if etag is not None:
            headers["If-Range"] = etag
        async with self.streamed(Request(f"/api/tracks/{track_id}/download", headers=headers)) as streamed:
            yield streamed

    @asynccontextmanager
    async def streamed(self, request: Request) -> AsyncGenerator[Streamed, None]:
        """Bytes of any length for somebody who is signed in: status 200, 202, 206 or 416. Raises `SignInNeeded`."""
        assert self._sign_in is not None
        token = await self._sign_in.token(self.refresh)
        for attempt in (1, 2):
            async with self._streamed(replace(request, token=token)) as streamed:
                if streamed.status in {200, 202, 206, 416}:
                    yield streamed
                    return
                error = await self._refusal(streamed)
            if not isinstance(error, TokenRefused):
                raise error
            if attempt == 1:
                token = await self._sign_in.renewed(token, self.refresh)
        raise await self._sign_in.lose()

    async def access_token(self, *, refused: str | None = None) -> str:
        """For what is no request; a new one after `refused` was refused. Raises `SignInNeeded`."""
        assert self._sign_in is not None
        if refused is None:
            return await self._sign_in.token(self.refresh)
        return await self._sign_in.renewed(refused, self.refresh)

    async def signed_out(self) -> SignInNeeded:
        """A new token was refused as well: silence from here on. The error to raise."""
        assert self._sign_in is not None
        return await self._sign_in.lose()

    async def asked(self, request: Request, *, bytes_max: int) -> Answer:
        """What is answered to somebody who is signed in. Raises `SignInNeeded`."""
        return await self._authorised(lambda token: self._ask(replace(request, token=token), bytes_max=bytes_max))

    async def _authorised(self, ask: Callable[[str], Awaitable[T]]) -> T:
        """With a token; once more with a new one if it is refused. Raises `SignInNeeded`."""
        assert self._sign_in is not None
        token = await self._sign_in.token(self.refresh)
        try:
            return await ask(token)
        except TokenRefused:
            token = await self._sign_in.renewed(token, self.refresh)
        try:
            return await ask(token)
        except TokenRefused as error:
            raise await self._sign_in.lose() from error

    async def _post(self, path: str, message: msgspec.Struct, kind: type[Message]) -> Message:
        request = Request(path, method="POST", body=encode(message))
        answer = await self._ask(request, bytes_max=MESSAGE_BYTES_MAX)
        return read_message(answer.body, kind)

    async def _ask(self, request: Request, *, bytes_max: int) -> Answer:
        try:
            answer = await self.transport.ask(request, bytes_max=bytes_max)
        except CertificateUnverified as error:
            raise await _certificate_unknown(error.address) from error
        refusal = diagnose(answer, now_ms=self._clock.now_ms())
        if refusal is not None:
            raise refusal
        return answer

    @asynccontextmanager
    async def _streamed(self, request: Request) -> AsyncGenerator[Streamed, None]:
        try:
            async with self.transport.stream(request) as streamed:
                yield streamed
        except CertificateUnverified as error:
            raise await _certificate_unknown(error.address) from error

    async def _refusal(self, streamed: Streamed) -> SyncError:
        body = bytearray()
        # What came until then may say enough.
        with suppress(TimeoutError):
            async with asyncio.timeout(REFUSAL_SECONDS):
                async for piece in streamed.pieces:
                    body += piece
                    if len(body) > MESSAGE_BYTES_MAX:
                        break
        content_type = streamed.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        answer = Answer(streamed.status, content_type, bytes(body), streamed.headers.get("Retry-After"))
        refusal = diagnose(answer, now_ms=self._clock.now_ms())
        return refusal or ProtocolError(f"status {streamed.status} came where bytes were asked for")

    async def ensure_same(self) -> None:
        """Before anything of the user's is sent: who answers there, asked if not known. Raises `ServerChanged`."""
        if self._known_at is None or self._clock.monotonic() - self._known_at > KNOWN_SECONDS:
            await self.server()

    def require_account(self, account_id: str) -> None:
        """Nothing of one account is fetched or sent as another. Raises `SignInNeeded` if somebody else signed in."""
        if self.account_id != account_id:
            raise SignInNeeded("somebody else has signed in while it was synced")

    def is_of(self, server_id: ServerId | None) -> bool:
        """Whether this is the server that is meant."""
        return self._server_id == server_id

    def require_same(self, server_id: ServerId, *, name: str | None = None) -> None:
        """Raises `ServerChanged` when this is not the server that was added."""
        if self._server_id is not None and server_id != self._server_id:
            self._known_at = None
            raise ServerChanged(
                f"another server answers at {self.transport.address.url} than the one you added; nothing was sent",
                server_id=server_id,
                name=name,
                url=self.transport.address.url,
                hint="soul resolve asks what it is; with soul source address add you say where yours is",
            )
        self._known_at = self._clock.monotonic()


async def _certificate_unknown(address: Address) -> CertificateUnknown:
    digits = await shown_fingerprint(address.host, address.port, timeout_seconds=CERTIFICATE_SECONDS)
    return CertificateUnknown(
        f"no authority vouches for the certificate of {address.host}: {fingerprint_text(digits)}",
        fingerprint=digits,
        hint=f"if it is the one the server itself shows, trust it with --fingerprint {digits}",
    )
