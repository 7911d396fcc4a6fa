"""Pure: which entries of a recording can give its bytes, in the order in which their sources are asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from soul_player.client.library.copy_links import Hashes
from soul_player.client.library.model import AvailabilityStatus, SourceId, SourceType
from soul_player.protocol.ids import TrackId

_HASH_PREFIX = "sha256:"


@dataclass(frozen=True)
class Holder:
    """An entry of the recording and what is known of its source."""

    entry_id: int
    source_id: SourceId
    source_type: SourceType
    source_name: str
    is_active: bool
    is_offline: bool
    needs_sign_in: bool
    remote_id: TrackId
    status: AvailabilityStatus
    size_bytes: int
    content_type: str
    hashes: Hashes
    artwork_id: str | None

    @property
    def sha256(self) -> str | None:
        """Of the original, in hexadecimal digits, as far as the library knows."""
        text = self.hashes.file_hash
        return text.removeprefix(_HASH_PREFIX) if text is not None and text.startswith(_HASH_PREFIX) else None


@dataclass(frozen=True)
class NoHolder:
    """No source that is known has it now."""


@dataclass(frozen=True)
class Away:
    """The sources that have it cannot be asked now; this one would be asked first."""

    holder: Holder
    needs_sign_in: bool


@dataclass(frozen=True)
class Ask:
    """These, one after the other until one gives it."""

    holders: tuple[Holder, ...]


Choice = Ask | Away | NoHolder


def choose(holders: Sequence[Holder], *, away: Collection[SourceId], begun: str | None) -> Choice:
    """`away`: sources that did not answer a moment ago. `begun`: the sha256 of the bytes that are here in part.

    What has begun goes on, from whichever source has the same bytes; then the active source, then any other.
    """
    able = [
        holder
        for holder in holders
        if holder.source_type is SourceType.SERVER
        and holder.status in {AvailabilityStatus.STREAM_ONLY, AvailabilityStatus.CACHED}
    ]
    able.sort(
        key=lambda holder: (
            begun is None or holder.sha256 != begun,
            not holder.is_active,
            holder.is_offline,
            holder.source_id,
        )
    )
    asked = tuple(holder for holder in able if holder.source_id not in away and not holder.needs_sign_in)
    if asked:
        return Ask(asked)
    if not able:
        return NoHolder()
    first = next((holder for holder in able if not holder.needs_sign_in), able[0])
    return Away(first, first.needs_sign_in)
