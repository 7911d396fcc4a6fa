"""Names -> addresses for plain HTTP: only those of this machine and of private networks."""

import socket

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from soul_player.client.sources.addresses import require_private


class PrivateResolver(ThreadedResolver):
    """Checked where the name is resolved, so that no second look-up can give another answer than the first."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises `InsecureAddress` if any of the addresses is a public one."""
        found = await super().resolve(host, port, family)
        for result in found:
            require_private(host, result["host"])
        return found
