"""How often somebody may try a password: by address and by account, in bounded memory."""

from math import ceil

from soul_player.edges import Clock
from soul_player.protocol.problem import ProblemCode
from soul_player.server.errors import RequestRefused
from soul_player.web.allowance import Allowance, address_key

# So many at once, and then one each so many seconds.
ADDRESS_BURST = 20
ADDRESS_SECONDS = 15.0
ACCOUNT_BURST = 10
ACCOUNT_SECONDS = 30.0


class Attempts:
    """Both limits together.

    The account's limit spares the first attempt from an address that has none on record: strangers who use an account's
    attempts up can slow each other down, but cannot lock its owner out.
    """

    def __init__(self, clock: Clock) -> None:
        self._addresses = Allowance(clock, burst=ADDRESS_BURST, seconds_each=ADDRESS_SECONDS)
        self._accounts = Allowance(clock, burst=ACCOUNT_BURST, seconds_each=ACCOUNT_SECONDS)

    def begin(self, address: str, account: str) -> None:
        """Count an attempt before it is checked, so that many at once do not slip through. Raises `RequestRefused`."""
        address = address_key(address)
        wait_seconds = self._addresses.wait_seconds(address)
        if self._addresses.knows(address):
            wait_seconds = max(wait_seconds, self._accounts.wait_seconds(account))
        if wait_seconds > 0:
            raise too_many(wait_seconds)
        self._addresses.take(address)
        self._accounts.take(account)

    def succeeded(self, address: str, account: str) -> None:
        """The password was right: that attempt does not count."""
        self._addresses.give_back(address_key(address))
        self._accounts.give_back(account)


def too_many(wait_seconds: float) -> RequestRefused:
    """429, with when to come back."""
    return RequestRefused(
        ProblemCode.TOO_MANY_ATTEMPTS,
        "too many attempts to sign in: wait and try again",
        headers=((b"retry-after", str(ceil(wait_seconds)).encode()),),
    )
