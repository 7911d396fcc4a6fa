"""How often somebody may try something: a bucket of attempts for each key, in bounded memory."""

import ipaddress
from collections import OrderedDict

from soul_player.edges import Clock

KEYS_MAX = 10_000
# A whole home behind one IPv6 line has a /64 of its own.
IPV6_PREFIX = 64


class Allowance:
    """A bucket of attempts for each key, which fills up again with time. The keys least recently used are forgotten."""

    def __init__(self, clock: Clock, *, burst: int, seconds_each: float, keys_max: int = KEYS_MAX) -> None:
        self._clock = clock
        self._burst = burst
        self._seconds_each = seconds_each
        self._keys_max = keys_max
        # key -> the moment at which its bucket will be full again
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._full_at)

    def knows(self, key: str) -> bool:
        """Whether attempts of this key are on record."""
        return self._full_at.get(key, 0.0) > self._clock.monotonic()

    def wait_seconds(self, key: str) -> float:
        """0.0 when an attempt is allowed now."""
        now = self._clock.monotonic()
        spent = max(self._full_at.get(key, 0.0), now) + self._seconds_each - now
        return max(0.0, spent - self._burst * self._seconds_each)

    def take(self, key: str) -> None:
        """One attempt."""
        self._full_at[key] = max(self._full_at.pop(key, 0.0), self._clock.monotonic()) + self._seconds_each
        while len(self._full_at) > self._keys_max:
            self._full_at.popitem(last=False)

    def give_back(self, key: str) -> None:
        """That attempt was a right one."""
        if key in self._full_at:
            self._full_at[key] -= self._seconds_each


def address_key(address: str) -> str:
    """What counts as one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)
