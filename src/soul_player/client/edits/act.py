"""What every edit is made with: when it is made, and where its ids come from."""

from dataclasses import dataclass

from soul_player.client.errors import EditInvalid
from soul_player.client.library.accounts import Account
from soul_player.client.library.outbox import Outbox
from soul_player.database.access import Writer
from soul_player.edges import Randomness
from soul_player.protocol.ids import RANDOM_BYTES_PER_ID, mint_id
from soul_player.protocol.operation import NAME_CHARS_MAX
from soul_player.protocol.times import time_text


@dataclass(frozen=True)
class Act:
    """One edit, in its transaction."""

    now_ms: int
    randomness: Randomness

    @property
    def at(self) -> str:
        """The time of the act, as it travels."""
        return time_text(self.now_ms)

    def new_id(self) -> str:
        """Of a playlist, an entry or a play that is made now."""
        return mint_id(self.now_ms, self.randomness.bytes(RANDOM_BYTES_PER_ID))

    def outbox(self, library: Writer, account: Account) -> Outbox:
        """Where its operations are written."""
        return Outbox(library, account, now_ms=self.now_ms, randomness=self.randomness)


def checked_name(name: str) -> str:
    """Raises `EditInvalid` for a name that no server would take; the same goes for playlists of this device."""
    if not name.strip():
        raise EditInvalid("a playlist needs a name")
    if len(name) > NAME_CHARS_MAX:
        raise EditInvalid(f"a name has at most {NAME_CHARS_MAX} characters")
    if "\0" in name or any("\ud800" <= sign <= "\udfff" for sign in name):
        raise EditInvalid("a name holds a character that cannot be stored")
    return name
