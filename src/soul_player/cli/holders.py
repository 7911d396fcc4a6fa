"""Where a track is, source by source in playing order, and why they are one recording."""

from collections.abc import Mapping, Sequence
from typing import Any, assert_never

from soul_player.client import AvailabilityStatus, TrackSource, Why
from soul_player.protocol.times import time_text


def source_line(source: TrackSource) -> str:
    """`Local File: /music/song_a.mp3`, `Home Server: Available to stream`."""
    match source.status:
        case AvailabilityStatus.LOCAL_FILE:
            return f"Local File: {source.path or source.source_name}"
        case AvailabilityStatus.CACHED:
            return f"{source.source_name}: Downloaded"
        case AvailabilityStatus.STREAM_ONLY:
            return f"{source.source_name}: Available to stream"
        case AvailabilityStatus.UNAVAILABLE:
            return f"{source.source_name}: Unavailable"
        case _:
            assert_never(source.status)


def link_lines(links: Sequence[Why], parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Why they are one; nothing for a track of one source."""
    if not links:
        return []
    lines = ["  One recording"]
    for link in links_record(links, parts):
        how = "you said so" if link["method"] == "person" else f"by {link['method']}, {link['score']:.0%}"
        lines.append(f"    {link['source']} and {link['other_source']}: {how} ({link['linked_at'][:10]})")
    return lines


def links_record(links: Sequence[Why], parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same for programs. `part` is what `soul split --part` takes."""
    sources = {part["entry_id"]: part["source"] for part in parts}
    return [
        {
            "part": link.entry_id,
            "source": sources.get(link.entry_id),
            "other_part": link.other_entry_id,
            "other_source": sources.get(link.other_entry_id),
            "method": link.evidence.method.value,
            "score": round(link.evidence.score, 3),
            "fingerprint": link.evidence.fingerprint,
            "vetoes": [veto.value for veto in link.evidence.vetoes],
            "linked_at": time_text(link.linked_at_ms),
        }
        for link in links
    ]
