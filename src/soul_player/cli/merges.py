"""Tracks that may be one recording: the question, its pairs side by side, and why nobody but you decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from soul_player.cli.output import printable, table
from soul_player.cli.words import count, duration, size

PAIRS_LISTED_MAX = 3
_TITLE_WIDTH = 34
_OTHER_WIDTH = 24


def merge_text(evidence: Mapping[str, Any]) -> str:
    """`12 tracks of Winter (Friend) look like Winter on Home Server ...`."""
    if not evidence.get("pairs"):
        return "Tracks that looked like one recording"
    source, other_source = evidence["source"], evidence["other_source"]
    tracks = count(evidence["tracks"], "track")
    mine, theirs = (evidence[name] or "no album" for name in ("album", "other_album"))
    if source == other_source:
        are = "seems" if evidence["tracks"] == 1 else "seem"
        return f"{tracks} of {mine} {are} to be twice on {source}. One recording each (merge), or not (separate)?"
    look = "looks" if evidence["tracks"] == 1 else "look"
    return (
        f"{tracks} of {mine} ({source}) {look} like {theirs} on {other_source}. "
        "One recording each (merge), or not (separate)?"
    )


def pair_lines(evidence: Mapping[str, Any], *, limit: int | None) -> list[str]:
    """Each pair on two lines: the two tracks, and why it was not joined."""
    pairs = evidence.get("pairs", [])
    shown = pairs if limit is None else pairs[:limit]
    rows = [(f"   pair {pair['pair']}", *_cells(pair["track"]), "|", *_cells(pair["other"])) for pair in shown]
    widths = (12, _TITLE_WIDTH, _OTHER_WIDTH, 8, 1, _TITLE_WIDTH, _OTHER_WIDTH, 8)
    lines: list[str] = []
    for pair, line in zip(shown, table(rows, widths_max=widths), strict=True):
        lines += [line, f"      {'; '.join(pair['reasons'])}"]
        if _cells(pair["track"]) == _cells(pair["other"]):
            # Which is which? The files tell.
            lines += [f"      {_file(pair['track'])}  |  {_file(pair['other'])}"]
    if len(shown) < len(pairs):
        lines.append(f"   ... and {len(pairs) - len(shown):,} more")
    return lines


def side_by_side(record: Mapping[str, Any]) -> list[str]:
    """Everything that is known of two tracks, a field a line."""
    a, b = record["track"], record["other"]
    rows = [
        (f"  {name}", mine or "-", theirs or "-")
        for name, mine, theirs in zip(_FACTS, _facts(a), _facts(b), strict=True)
        if mine or theirs
    ]
    lines = table(rows, headings=("", a["source"], b["source"]), widths_max=(14, 48, 48))
    sound = "" if record["fingerprint"] is None else f", they sound alike to {record['fingerprint']:.0%}"
    return [*lines, f"  by {record['method']}, {record['score']:.0%}{sound}", *_against(record["reasons"])]


def _against(reasons: Sequence[str]) -> list[str]:
    return [f"  but {reason}" for reason in reasons]


_FACTS = (
    "Title",
    "Artist",
    "Album",
    "Track",
    "Year",
    "Length",
    "Audio",
    "Recording",
    "ISRC",
    "Audio hash",
    "Path",
)


def _facts(side: Mapping[str, Any]) -> tuple[str | None, ...]:
    number = side["track_number"]
    return (
        side["title"],
        side["artist"],
        side["album"],
        None if number is None else str(number),
        None if side["year"] is None else str(side["year"]),
        f"{duration(side['duration_seconds'])} ({side['duration_seconds']:.1f} s)",
        f"{side['content_type']}, {size(side['file_size'])}",
        side["musicbrainz_recording_id"],
        side["isrc"],
        side["audio_hash"],
        side["path"],
    )


def _file(side: Mapping[str, Any]) -> str:
    audio = f"{side['content_type']}, {size(side['file_size'])}"
    return f"{printable(side['path'])} ({audio})" if side["path"] else audio


def _cells(side: Mapping[str, Any]) -> tuple[str, str, str]:
    return printable(side["title"]), printable(side["artist"] or "-"), duration(side["duration_seconds"])
