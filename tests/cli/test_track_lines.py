"""A line a track, on terminals as wide as a desk's and as narrow as a phone's."""

import pytest

from soul_player.cli.output import display_width
from soul_player.cli.track_lines import TrackLines
from soul_player.client import AvailabilityStatus, LibraryTrack, LocalTrackId


def a_track(title: str = "夜の電車") -> LibraryTrack:
    return LibraryTrack(
        LocalTrackId(7), AvailabilityStatus.STREAM_ONLY, title, artist="奏", album="Norðurljós", album_artist=None,
        genres=(), year=None, disc_number=None, track_number=None, duration_seconds=185.0,
        added_at="2026-01-31T10:00:00.000Z",
    )  # fmt: skip


@pytest.mark.parametrize("columns", [37, 40, 55, 56, 79, 80, 100, 200])
@pytest.mark.parametrize("title", ["夜の電車", "x" * 300, "a\nb", ""])
def test_no_line_is_wider_than_the_terminal(columns: int, title: str) -> None:
    """A line that wraps takes the columns out of line."""
    assert display_width(TrackLines(columns).line(a_track(title))) <= columns - 1


def test_a_narrow_terminal_keeps_what_matters() -> None:
    """The id to type, the title, how long it is and whether it plays offline; then the artist, then the album."""
    assert TrackLines(40).line(a_track()) == "7      夜の電車       3:05  stream_only"
    assert "奏" in TrackLines(56).line(a_track())
    assert "Norðurljós" not in TrackLines(79).line(a_track())
    assert "Norðurljós" in TrackLines(80).line(a_track())
