"""What the library knows of recordings that are to be fetched: several of them in one look, of one moment."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from soul_player.client.downloads.holders import Holder
from soul_player.client.library.copies import copies_for_tracks
from soul_player.client.library.copy_links import Hashes
from soul_player.client.library.download_holders import holder_rows
from soul_player.client.library.download_model import Copy
from soul_player.client.library.keeps import weights_of
from soul_player.client.library.model import AvailabilityStatus, LocalTrackId, Source, SourceId, SourceType
from soul_player.client.library.sources import all_sources
from soul_player.database.access import Reader, Row
from soul_player.protocol.ids import TrackId, id_text


@dataclass(frozen=True)
class Known:
    """Who has it, what is here of it already, and how much it weighs."""

    holders: tuple[Holder, ...]
    copies: tuple[Copy, ...]
    sources: Mapping[SourceId, Source]
    weight: int

    def is_touched_by(self, hashes: Collection[str]) -> bool:
        """Copies with these hashes have come since: it may be here by now."""
        return any(holder.hashes.file_hash in hashes or holder.hashes.audio_hash in hashes for holder in self.holders)


async def known_of(library: Reader, track_ids: Sequence[LocalTrackId]) -> dict[LocalTrackId, Known]:
    """Of each of them."""
    if not track_ids:
        return {}
    rows = await holder_rows(library, track_ids)
    copies = await copies_for_tracks(library, track_ids)
    weights = await weights_of(library, track_ids)
    sources = {source.id: source for source in await all_sources(library)}
    return {
        track_id: Known(
            tuple(read_holder(row) for row in rows[track_id]),
            tuple(copies[track_id]),
            sources,
            weights.get(track_id, 0),
        )
        for track_id in track_ids
    }


def read_holder(row: Row) -> Holder:
    """A row of HOLDERS."""
    return Holder(
        entry_id=row[0],
        source_id=SourceId(row[1]),
        source_type=SourceType(row[2]),
        source_name=row[3],
        is_active=bool(row[4]),
        is_offline=bool(row[5]),
        needs_sign_in=bool(row[6]),
        remote_id=TrackId(id_text(row[7])),
        status=AvailabilityStatus(row[8]),
        size_bytes=row[9],
        content_type=row[10],
        hashes=Hashes(row[11], row[12]),
        artwork_id=row[13],
    )
