"""An album's tracks find each other, today and at every later scan, and two albums of one name stay two."""

import uuid

from soul_player.folders.scan.albums import album_id
from soul_player.protocol.track import TrackMetadata

RELEASE = "11111111-2222-3333-4444-555555555555"


def of(**told: object) -> str | None:
    return album_id(TrackMetadata(1.0, **told))  # type: ignore[arg-type]  # any of its fields


def test_one_album_has_one_id() -> None:
    """Whatever taggers make of case, spaces and accents; guests change nothing when the album has an artist."""
    one = of(album="Takk...", album_artist="Sigur Rós", artist="Sigur Rós feat. Amiina")
    assert one == of(album="takk... ", album_artist="SIGUR RO\u0301S", artist="Sigur Rós")
    assert one == of(album="Takk...", artists=("Sigur Rós", "Amiina"))
    assert of(album="x", musicbrainz_release_id=RELEASE) == of(album="X (Deluxe)", musicbrainz_release_id=RELEASE)


def test_albums_of_one_name_are_two() -> None:
    """Everyone has Greatest Hits."""
    ids = {of(album="Greatest Hits", album_artist=name) for name in ("Queen", "Abba", None)}
    ids.add(of(album="Greatest Hits", album_artist="Queen", musicbrainz_release_id=RELEASE))
    assert len(ids) == 4
    assert of(album="b", album_artist="a c") != of(album="c b", album_artist="a")


def test_a_single_file_is_no_album() -> None:
    """It has no id to share."""
    assert of(title="alone", artist="someone") is None


def test_the_id_is_the_same_for_ever() -> None:
    """Written down, because another version must come to it too; no minted id can ever be equal: its version is 8."""
    assert of(album="Takk...", album_artist="Sigur Rós") == "d8e154e5-517f-880e-92b8-4517247860d1"
    assert uuid.UUID("d8e154e5-517f-880e-92b8-4517247860d1").version == 8
