"""Pure: which places are asked for a track, in which order, and in which quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from soul_player.client.library.model import AvailabilityStatus, Source, SourceId, SourceType, TrackSource
from soul_player.protocol.quality import StreamQuality, opus_bitrate

# Below the first `low` is chosen, from the second on `high`, between them `medium`.
MEDIUM_FROM_BYTES_PER_SECOND = 500_000
HIGH_FROM_BYTES_PER_SECOND = 2_000_000
# A line that swings around a border by less than this changes nothing.
MARGIN = 0.15
# Nothing was measured yet: neither the worst sound nor the longest wait.
UNMEASURED = StreamQuality.MEDIUM

_BANDS = (StreamQuality.LOW, StreamQuality.MEDIUM, StreamQuality.HIGH)


@dataclass(frozen=True)
class OnThisDevice:
    """A file to open."""

    row: TrackSource
    path: str


@dataclass(frozen=True)
class AtServer:
    """A server to ask."""

    row: TrackSource
    source: Source


@dataclass(frozen=True)
class Cannot:
    """A source that knows the track and cannot give it now, and why, for a person."""

    source_name: str
    reason: str


Place = OnThisDevice | AtServer


def order_places(
    rows: Sequence[TrackSource], sources: Mapping[SourceId, Source]
) -> tuple[tuple[Place, ...], tuple[Cannot, ...]]:
    """Files of this device in the order of `rows`, then the active server, then any other; and who cannot."""
    files: list[Place] = []
    servers: list[AtServer] = []
    cannot: list[Cannot] = []
    for row in rows:
        source = sources.get(row.source_id)
        if row.path is not None:
            files.append(OnThisDevice(row, row.path))
        why_not = _why_not(row, source)
        if source is not None and why_not is None:
            servers.append(AtServer(row, source))
        elif row.path is None:
            cannot.append(Cannot(row.source_name, why_not or "it is no source any more"))
    # Stable: among the others the order of `rows` stays.
    servers.sort(key=lambda place: not place.source.is_active)
    return (*files, *servers), tuple(cannot)


def _why_not(row: TrackSource, source: Source | None) -> str | None:
    """None: the source's server can be asked."""
    if source is None:
        return "it is no source any more"
    if source.type is not SourceType.SERVER:
        return "its file is not there"
    match row.status:
        case AvailabilityStatus.UNAVAILABLE:
            return "it does not have the track any more"
        case AvailabilityStatus.LOCAL_FILE | AvailabilityStatus.CACHED | AvailabilityStatus.STREAM_ONLY:
            return "it wants you to sign in again" if source.needs_sign_in else None
        case _:
            assert_never(row.status)


def band_of(bytes_per_second: float) -> StreamQuality:
    """The quality that a line of this speed carries with ease."""
    if bytes_per_second < MEDIUM_FROM_BYTES_PER_SECOND:
        return StreamQuality.LOW
    return StreamQuality.MEDIUM if bytes_per_second < HIGH_FROM_BYTES_PER_SECOND else StreamQuality.HIGH


def next_band(bytes_per_second: float | None, before: StreamQuality | None) -> StreamQuality:
    """The band of the next track. It leaves `before` only for a speed that is clearly another band's."""
    if bytes_per_second is None:
        return before or UNMEASURED
    if before is None:
        return band_of(bytes_per_second)
    lowest = band_of(bytes_per_second / (1 + MARGIN))
    highest = band_of(bytes_per_second / (1 - MARGIN))
    return max(min(before, highest, key=_BANDS.index), lowest, key=_BANDS.index)


def is_better(quality: StreamQuality, than: StreamQuality) -> bool:
    """In the order low, medium, high, original."""
    qualities = list(StreamQuality)
    return qualities.index(quality) > qualities.index(than)


def choose_quality(wanted: StreamQuality | None, band: StreamQuality, row: TrackSource) -> StreamQuality:
    """`wanted`: what a person said. Else the band; the original where that takes no more of the line."""
    if wanted is not None:
        return wanted
    bitrate = opus_bitrate(band)
    assert bitrate is not None, band
    own = row.file_size * 8 / row.duration_seconds if row.duration_seconds > 0 else None
    # The server never encodes above the source's own rate: it would be the same size, worse, and could not be kept.
    return StreamQuality.ORIGINAL if own is not None and own <= bitrate else band
