"""Moves found among any files: nothing is used twice, nothing is invented, and the likeliest wins."""

from hypothesis import given
from hypothesis import strategies as st

from soul_player.audio.source import Stamp
from soul_player.folders.moves import Appeared, Gone, Place, Suspects, match_moves
from soul_player.protocol.track import TrackMetadata

HASHES = st.sampled_from([b"h1", b"h2", b"h3"])
PLACES: st.SearchStrategy[Place] = st.tuples(st.integers(1, 2), st.sampled_from([b"a/1", b"a/2", b"b/1", b"b/3"]))
STAMPS = st.builds(Stamp, st.integers(1, 2), st.integers(1, 2), st.integers(1, 2))
METADATA = st.builds(
    TrackMetadata, duration_seconds=st.sampled_from([10.0, 10.5, 30.0]), title=st.sampled_from([None, "t", "u"]),
    artist=st.sampled_from([None, "a"]),
)  # fmt: skip


@st.composite
def gone_tracks(draw: st.DrawFn) -> list[Gone]:
    places = draw(st.lists(PLACES, max_size=6))
    tracks = []
    for number, place in enumerate(places):
        metadata = draw(METADATA)
        file_hash = draw(st.none() | HASHES)
        tracks.append(
            Gone(
                track_id=bytes([number]),
                place=place,
                stamp=draw(STAMPS),
                duration_seconds=metadata.duration_seconds,
                file_hash=file_hash,
                audio_hash=draw(st.none() | HASHES),
                metadata=None if file_hash else metadata,
                order=draw(st.integers(0, 2)),
            )
        )
    return tracks


APPEARED = st.lists(
    st.builds(
        Appeared, place=PLACES, stamp=STAMPS, metadata=METADATA, file_hash=st.none() | HASHES,
        audio_hash=st.none() | HASHES,
    ),
    max_size=6, unique_by=lambda file: file.place,
)  # fmt: skip


def fits(track: Gone, file: Appeared) -> bool:
    """Whether anything speaks for the two being one recording."""
    by_hash = (track.file_hash is not None and track.file_hash == file.file_hash) or (
        track.audio_hash is not None and track.audio_hash == file.audio_hash
    )
    by_stamp = track.file_hash is None and track.stamp == file.stamp
    by_tags = (
        track.file_hash is None
        and track.metadata is not None
        and track.metadata.title is not None
        and track.metadata.title == file.metadata.title
        and abs(track.duration_seconds - file.metadata.duration_seconds) <= 1.0
    )
    return by_hash or by_stamp or by_tags


@given(gone=gone_tracks(), appeared=APPEARED)
def test_every_match_has_a_reason_and_no_track_is_used_twice(gone: list[Gone], appeared: list[Appeared]) -> None:
    """Two places with one id would be one track that is two; a match without reason is a wrong song's plays."""
    found = match_moves(gone, appeared)
    assert len(set(found.values())) == len(found)
    tracks, files = {track.track_id: track for track in gone}, {file.place: file for file in appeared}
    for place, track_id in found.items():
        assert fits(tracks[track_id], files[place])
    by_hash_left = [file for file in appeared if file.place not in found and file.file_hash]
    for track in gone:
        if track.track_id not in found.values() and track.file_hash:
            assert all(file.file_hash != track.file_hash for file in by_hash_left), "equal bytes left apart"


@given(gone=gone_tracks(), appeared=APPEARED, data=st.data())
def test_the_order_in_which_a_disk_lists_its_files_decides_nothing(
    gone: list[Gone], appeared: list[Appeared], data: st.DataObject
) -> None:
    """Two scans of the same change come to the same ids."""
    shuffled = match_moves(data.draw(st.permutations(gone)), data.draw(st.permutations(appeared)))
    assert shuffled == match_moves(gone, appeared)


def track(number: int, path: bytes, *, file_hash: bytes = b"h", order: int = 0) -> Gone:
    return Gone(bytes([number]), (1, path), Stamp(1, number, number), 10.0, file_hash, None, None, order)


def file(path: bytes) -> Appeared:
    return Appeared((1, path), Stamp(9, 9, 9), TrackMetadata(10.0), b"h")


def test_among_equal_files_names_and_folders_decide() -> None:
    """Copies that move together keep their own ids."""
    gone = [track(1, b"old/a"), track(2, b"old/b"), track(3, b"old/c")]
    assert match_moves(gone, [file(b"new/c"), file(b"new/a"), file(b"old/x")]) == {
        (1, b"new/c"): b"\x03",
        (1, b"new/a"): b"\x01",
        (1, b"old/x"): b"\x02",
    }


def test_what_is_missing_now_comes_before_what_was_deleted_long_ago() -> None:
    """Of deleted ones the same place comes first, then the latest."""
    deleted = [track(5, b"p/late", order=1), track(6, b"p/early", order=2)]
    assert match_moves([*deleted, track(1, b"x/y")], [file(b"p/early")]) == {(1, b"p/early"): b"\x01"}
    assert match_moves(deleted, [file(b"p/early")]) == {(1, b"p/early"): b"\x06"}
    assert match_moves(deleted, [file(b"elsewhere")]) == {(1, b"elsewhere"): b"\x05"}


def test_a_library_of_copies_of_one_file_takes_no_longer_than_another() -> None:
    """50,000 equal files that moved: their product would be 2.5 thousand million pairs."""
    count = 50_000
    gone = [
        Gone(number.to_bytes(4, "big"), (1, b"old/%d" % number), Stamp(1, 1, number), 1.0, b"h", b"h", None)
        for number in range(count)
    ]
    appeared = [
        Appeared((1, b"new/%d" % number), Stamp(1, 2, number), TrackMetadata(1.0), b"h", b"h")
        for number in range(count)
    ]
    found = match_moves(gone, appeared)
    assert found == {(1, b"new/%d" % number): number.to_bytes(4, "big") for number in range(count)}


def test_only_what_could_be_gone_is_hashed() -> None:
    """By size, for what only moved; by length, for what was re-tagged too."""
    suspects = Suspects([track(1, b"a")])
    assert suspects
    assert suspects.has(Stamp(1, 5, 5), 99.0)
    assert suspects.has(Stamp(7, 5, 5), 10.4)
    assert not suspects.has(Stamp(7, 5, 5), 99.0)
    assert not Suspects([])
