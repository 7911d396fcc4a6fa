"""Names -> addresses for plain HTTP: only those of this machine and of private networks."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from soul_player.client.sources.addresses import require_private


class PrivateResolver(AbstractResolver):
    """Checked where the name is resolved, so that no second look-up can give another answer than the first."""

    def __init__(self, names: AbstractResolver) -> None:
        self._names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `InsecureAddress` if any of the addresses is a public one."""
        found = await self._names.resolve(host, port, family)
        for result in found:
            require_private(host, result["host"])
        return found

    async def close(self) -> None:
        """Let go of what looks names up."""
        await self._names.close()
