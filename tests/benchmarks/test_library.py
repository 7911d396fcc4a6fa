"""The generated libraries: what is measured on them only counts if they look like what people have."""

from collections import Counter
from itertools import islice

from benchmarks.library import encode_track, generate_tracks
from soul_player.protocol.ids import id_bytes, minted_at_ms
from soul_player.protocol.track import Track

TRACKS = 6_000


def _tracks(seed: int = 1) -> list[Track]:
    return [generated.track for generated in generate_tracks(TRACKS, seed=seed)]


def test_the_same_seed_makes_the_same_library() -> None:
    """Figures of two runs are compared only if both ran on the same rows."""
    assert _tracks(7) == _tracks(7)
    assert _tracks(7) != _tracks(8)


def test_a_track_is_as_long_as_real_ones() -> None:
    """Rows that are too short would make every rate look better than it is."""
    sizes = [len(encode_track(track)) for track in _tracks()]
    assert 700 <= sum(sizes) / len(sizes) <= 1_200
    assert max(sizes) < 5_000


def test_artists_follow_zipf_and_albums_have_about_twelve_tracks() -> None:
    """Equal artists would make indexes on them cheaper, and longer albums would compress better."""
    tracks = _tracks()
    artists = Counter(track.album_artist for track in tracks if track.album_artist)
    common = [count for _, count in artists.most_common()]
    assert common[0] > 5 * common[len(common) // 2]
    albums = Counter(track.album_id for track in tracks if track.album_id)
    assert 9 <= sum(albums.values()) / len(albums) <= 15


def test_tags_are_missing_and_texts_are_not_all_ascii() -> None:
    """Both are the rule in real libraries."""
    tracks = _tracks()

    def share(of: list[bool]) -> float:
        return sum(of) / len(tracks)

    assert 0.01 < share([track.artist is None for track in tracks]) < 0.1
    assert 0.1 < share([not track.genres for track in tracks]) < 0.3
    assert 0.2 < share([track.isrc is None for track in tracks]) < 0.8
    assert share([len(track.genres) > 1 for track in tracks]) > 0.2
    assert 0.2 < share([not track.title.isascii() for track in tracks]) < 0.95


def test_ids_grow_with_positions_and_a_long_library_begins_like_a_short_one() -> None:
    """Servers mint ids by time; and a generator that held the whole library could not make a large one."""
    tracks = _tracks()
    ids = [id_bytes(track.id) for track in tracks]
    assert ids == sorted(set(ids))
    assert minted_at_ms(tracks[1].id) == minted_at_ms(tracks[0].id) + 1
    assert [track.seq for track in tracks] == list(range(1, TRACKS + 1))
    # It would be here for a quarter of an hour.
    assert len(list(islice(generate_tracks(10**7, seed=1), 10))) == 10
