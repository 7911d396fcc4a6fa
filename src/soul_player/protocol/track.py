"""A track as it travels, and the part of it that tags can tell."""

import msgspec

from soul_player.protocol.ids import TrackId


class ReplayGain(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Decibels and linear peaks (1.0 is full scale), as the tags say them."""

    track_gain_db: float | None = None
    track_peak: float | None = None
    album_gain_db: float | None = None
    album_peak: float | None = None


class TrackMetadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one file's tags and audio headers tell. What is unknown is None (or an empty tuple) and does not travel.

    `duration_seconds` is always known (0.0 for a file without readable audio is refused by the reader instead);
    `bitrate` is bits per second; `sample_rate` is Hz.
    """

    duration_seconds: float
    title: str | None = None
    artist: str | None = None
    artists: tuple[str, ...] = ()
    album: str | None = None
    album_artist: str | None = None
    track_number: int | None = None
    disc_number: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    bitrate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    musicbrainz_recording_id: str | None = None
    musicbrainz_release_id: str | None = None
    isrc: str | None = None
    replaygain: ReplayGain | None = None
    artwork_id: str | None = None


# gc=False: rows hold no cycles, and a page of a thousand of them decodes an eighth faster untracked.
class Track(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A track of a server's library (protocol, section 3). Times are RFC 3339 text, `file_size` is bytes.

    `file_hash` is `sha256:<hex>`, `audio_hash` is `v1:<hex>`; both are left out until they are computed.
    `title_from_file`: its tags have none, and its title is the file's name.
    """

    id: TrackId
    title: str
    content_type: str
    file_size: int
    duration_seconds: float
    added_at: str
    updated_at: str
    seq: int
    artist: str | None = None
    artists: tuple[str, ...] = ()
    album: str | None = None
    album_artist: str | None = None
    album_id: str | None = None
    track_number: int | None = None
    disc_number: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    bitrate: int | None = None
    sample_rate: int | None = None
    channels: int | None = None
    file_hash: str | None = None
    audio_hash: str | None = None
    fingerprinted: bool = False
    musicbrainz_recording_id: str | None = None
    musicbrainz_release_id: str | None = None
    isrc: str | None = None
    replaygain: ReplayGain | None = None
    artwork_id: str | None = None
    title_from_file: bool = False
