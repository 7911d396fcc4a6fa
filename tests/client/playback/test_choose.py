"""Where a track is played from, and in which quality."""

from dataclasses import replace

import pytest

from soul_player.client.library.connectivity import SourceAddress
from soul_player.client.library.model import AvailabilityStatus, LocalTrackId, Source, SourceId, SourceType, TrackSource
from soul_player.client.playback.choose import (
    AtServer,
    Cannot,
    OnThisDevice,
    band_of,
    choose_quality,
    is_better,
    next_band,
    order_places,
)
from soul_player.protocol.quality import StreamQuality
from tests.edges.fake_server import make_id

LOW, MEDIUM, HIGH, ORIGINAL = StreamQuality


def source(number: int, **changed: object) -> Source:
    """A server that is well."""
    plain = Source(
        SourceId(number), f"S{number}", SourceType.SERVER, (SourceAddress("http://127.0.0.1:1"),), None, "ann", None,
        False, False, 0, None, None, None, False, 0, None,
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]  # the caller names them


def row(number: int, **changed: object) -> TrackSource:
    """What source `number` says: four minutes of FLAC."""
    plain = TrackSource(
        SourceId(number), f"S{number}", make_id(number), LocalTrackId(1), AvailabilityStatus.STREAM_ONLY, 1, "Song",
        None, (), None, None, None, None, None, None, (), 240.0, "audio/flac", None, None, None, 24_000_000, None, None,
        False, None, None, None, None, None, "", "", None,
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]  # the caller names them


def test_files_come_first_then_the_active_server_then_the_others() -> None:
    """A copy that turns out to be lost leaves its own server to be asked."""
    rows = [
        row(3, status=AvailabilityStatus.LOCAL_FILE, path="/m/a.flac"),
        row(4, status=AvailabilityStatus.CACHED, path="/c/a"),
        row(1),
        row(2),
    ]
    sources = {
        one.id: one for one in (source(1), source(2, is_active=True), source(3, type=SourceType.FOLDER), source(4))
    }
    places, cannot = order_places(rows, sources)
    shown = [(type(place).__name__, place.row.source_id) for place in places]
    assert shown == [("OnThisDevice", 3), ("OnThisDevice", 4), ("AtServer", 2), ("AtServer", 4), ("AtServer", 1)]
    assert cannot == ()


def test_a_copy_plays_whatever_became_of_its_source() -> None:
    rows = [row(1, status=AvailabilityStatus.UNAVAILABLE, path="/c/a")]
    places, _ = order_places(rows, {SourceId(1): source(1)})
    assert [type(place) for place in places] == [OnThisDevice]


def test_every_source_that_cannot_says_why() -> None:
    rows = [row(1, status=AvailabilityStatus.UNAVAILABLE), row(2), row(3), row(4)]
    sources = {one.id: one for one in (source(1), source(2, needs_sign_in=True), source(4, type=SourceType.FOLDER))}
    places, cannot = order_places(rows, sources)
    assert places == ()
    assert cannot == (
        Cannot("S1", "it does not have the track any more"),
        Cannot("S2", "it wants you to sign in again"),
        Cannot("S3", "it is no source any more"),
        Cannot("S4", "its file is not there"),
    )


@pytest.mark.parametrize(
    ("rate", "band"),
    [(1, LOW), (499_999, LOW), (500_000, MEDIUM), (1_999_999, MEDIUM), (2_000_000, HIGH), (1e9, HIGH)],
)
def test_the_bands(rate: float, band: StreamQuality) -> None:
    assert band_of(rate) is band
    assert next_band(rate, None) is band


@pytest.mark.parametrize(
    ("before", "rate", "after"),
    [
        (LOW, 560_000, LOW), (LOW, 600_000, MEDIUM), (LOW, 9_000_000, HIGH), (MEDIUM, 440_000, MEDIUM),
        (MEDIUM, 400_000, LOW), (MEDIUM, 2_200_000, MEDIUM), (MEDIUM, 2_400_000, HIGH), (HIGH, 1_800_000, HIGH),
        (HIGH, 1_600_000, MEDIUM), (HIGH, 1_000, LOW),
    ],
)  # fmt: skip
def test_a_quality_is_left_for_a_clear_reason_only(before: StreamQuality, rate: float, after: StreamQuality) -> None:
    assert next_band(rate, before) is after


def test_nothing_measured_changes_nothing() -> None:
    assert (next_band(None, None), next_band(None, HIGH)) == (MEDIUM, HIGH)


def test_a_persons_word_goes_over_the_line() -> None:
    assert choose_quality(ORIGINAL, LOW, row(1)) is ORIGINAL
    assert choose_quality(LOW, HIGH, row(1)) is LOW


def test_an_original_that_takes_no_more_of_the_line_is_not_encoded_again() -> None:
    """It sounds better, costs the server nothing, and can be kept."""
    small = row(1, file_size=240 * 128_000 // 8)
    assert [choose_quality(None, band, small) for band in (LOW, MEDIUM, HIGH)] == [LOW, ORIGINAL, ORIGINAL]
    assert choose_quality(None, HIGH, row(1)) is HIGH
    assert choose_quality(None, HIGH, row(1, duration_seconds=0.0)) is HIGH


def test_qualities_have_an_order() -> None:
    order = [StreamQuality.LOW, StreamQuality.MEDIUM, StreamQuality.HIGH, StreamQuality.ORIGINAL]
    assert [[is_better(one, than) for than in order] for one in order] == [
        [place > other for other in range(4)] for place in range(4)
    ]


def test_a_server_is_a_place() -> None:
    places, _ = order_places([row(1)], {SourceId(1): source(1)})
    assert places == (AtServer(row(1), source(1)),)
