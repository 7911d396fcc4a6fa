"""The fields a query may name: what they are called, and what kind of value each takes."""

from enum import StrEnum


class TextField(StrEnum):
    """Matched by containing, without regard to case and accents; `=` asks for the whole. An id is always whole."""

    TITLE = "title"
    ARTIST = "artist"
    ALBUM = "album"
    ALBUM_ARTIST = "album_artist"
    GENRE = "genre"
    SOURCE = "source"
    PLAYLIST = "playlist"
    ID = "id"
    ISRC = "isrc"


class NumberField(StrEnum):
    """Compared as numbers. What is unrated or never played counts as 0; any other unknown number matches nothing."""

    YEAR = "year"
    TRACK = "track"
    DISC = "disc"
    DURATION = "duration"  # whole seconds, as lists show them, or m:ss
    BITRATE = "bitrate"  # bits per second
    SAMPLE_RATE = "sample_rate"  # Hz
    CHANNELS = "channels"
    SIZE = "size"  # bytes
    RATING = "rating"
    PLAYS = "plays"


class DateField(StrEnum):
    """Compared with days, months, years, or a time that long ago."""

    ADDED = "added"
    UPDATED = "updated"
    PLAYED = "played"


class FlagField(StrEnum):
    """Yes or no."""

    OFFLINE = "offline"  # plays without a network
    FAVOURITE = "favourite"


class ChoiceField(StrEnum):
    """One of a closed list."""

    STATUS = "status"
    FORMAT = "format"


Field = TextField | NumberField | DateField | FlagField | ChoiceField

CHOICES: dict[ChoiceField, tuple[str, ...]] = {
    ChoiceField.STATUS: ("local_file", "cached", "stream_only", "unavailable"),
    ChoiceField.FORMAT: ("mp3", "flac", "vorbis", "opus", "m4a", "wav", "aiff"),
}

_ALIASES: dict[str, Field] = {
    "albumartist": TextField.ALBUM_ARTIST,
    "favorite": FlagField.FAVOURITE,
    "length": NumberField.DURATION,
    "genres": TextField.GENRE,
}

FIELDS: dict[str, Field] = {
    **{field.value: field for kind in (TextField, NumberField, DateField, FlagField, ChoiceField) for field in kind},
    **_ALIASES,
}
