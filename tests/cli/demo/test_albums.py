"""The list of the demo's songs."""

from soul_player.cli.demo.albums import ALBUMS, ENCORE, SONGS, DemoFormat


def test_there_is_an_album_in_each_format() -> None:
    """Two dozen songs; titles tell them apart, which the demo relies on."""
    assert {album.audio_format for album in ALBUMS} == set(DemoFormat)
    assert len(SONGS) == 24
    assert len({song.title for song in (*SONGS, ENCORE)}) == 25
    assert len({song.path for song in (*SONGS, ENCORE)}) == 25
    assert len({song.seconds for song in SONGS}) == 24


def test_chords_are_in_the_range_of_music() -> None:
    """Between C2 and C7, four notes each."""
    for song in SONGS:
        chords = song.chords_hz()
        assert len(chords) == 4
        assert all(len(chord) == 4 and all(60 < hz < 2100 for hz in chord) for chord in chords)
