"""The terms of a query -> one condition in SQL over the library; what was typed travels as values only."""

import re
from collections.abc import Sequence
from datetime import tzinfo
from typing import assert_never

from soul_player.client.library.model import Condition
from soul_player.client.library.query.dates import bounds_seconds
from soul_player.client.library.query.fields import ChoiceField, DateField, FlagField, NumberField, TextField
from soul_player.client.library.query.terms import (
    ChoiceIs,
    DateIn,
    FlagIs,
    Not,
    NumberIn,
    Plain,
    Query,
    Term,
    TextMatch,
    Words,
)
from soul_player.database.access import Value
from soul_player.database.folding import folded
from soul_player.protocol.ids import BadId, id_bytes

# Every piece is 0 or 1, never NULL: `NOT` of it is then what was not matched.
# Reading the JSON of the genres is dear: first, whether it could hold the text at all.
WORDS = """
    instr(folded(title), :text) > 0
 OR coalesce(instr(folded(artist), :text), 0) > 0
 OR coalesce(instr(folded(album), :text), 0) > 0
 OR (album_artist IS NOT artist AND coalesce(instr(folded(album_artist), :text), 0) > 0)
 OR (genres IS NOT NULL AND instr(folded(genres), :part) > 0 AND
     EXISTS (SELECT 1 FROM json_each(genres) genre WHERE instr(folded(genre.value), :text) > 0))
"""

# Entries of a source's playlist name its own track; those of this device only, the recording.
IN_PLAYLIST = """
    EXISTS (SELECT 1 FROM playlist_entries entry JOIN playlists ON playlists.id = entry.playlist_id
             WHERE entry.track_id = tracks.id AND entry.is_removed = 0 AND playlists.is_deleted = 0 /* name */)
 OR EXISTS (SELECT 1 FROM track_sources source
              JOIN playlist_entries entry ON entry.remote_track_id = source.remote_id
              JOIN playlists ON playlists.id = entry.playlist_id AND playlists.source_id = source.source_id
             WHERE source.track_id = tracks.id AND entry.is_removed = 0 AND playlists.is_deleted = 0 /* name */)
"""

# A recording stands on an album of each of its sources; the lists show one of them. Only few recordings have several:
# they are looked through once a statement.
ON_ANOTHER_ALBUM = """
 OR tracks.id IN (SELECT source.track_id FROM links JOIN track_sources source ON source.track_id = links.track_id
                   WHERE source.status <> 'unavailable' AND /* album */)
"""

HOLDS: dict[TextField, str] = {
    TextField.TITLE: "instr(folded(title), :text) > 0",
    # Several artists are shown as one text, so this finds each of them.
    TextField.ARTIST: "coalesce(instr(folded(artist), :text), 0) > 0",
    TextField.ALBUM: "coalesce(instr(folded(album), :text), 0) > 0"
    + ON_ANOTHER_ALBUM.replace("/* album */", "instr(folded(source.album), :text) > 0"),
    TextField.ALBUM_ARTIST: "coalesce(instr(folded(album_artist), :text), 0) > 0",
    TextField.GENRE: """EXISTS (SELECT 1 FROM json_each(coalesce(genres, '[]')) genre
                                 WHERE instr(folded(genre.value), :text) > 0)""",
    TextField.SOURCE: """EXISTS (SELECT 1 FROM track_sources source JOIN sources ON sources.id = source.source_id
                                  WHERE source.track_id = tracks.id AND source.status <> 'unavailable'
                                    AND instr(folded(sources.name), :text) > 0)""",
    TextField.ISRC: """EXISTS (SELECT 1 FROM track_sources source
                                WHERE source.track_id = tracks.id AND instr(folded(source.isrc), :text) > 0)""",
    TextField.ID: """CAST(tracks.id AS TEXT) = :text
                     OR EXISTS (SELECT 1 FROM track_sources source
                                 WHERE source.track_id = tracks.id AND source.remote_id = :remote_id)""",
    TextField.PLAYLIST: IN_PLAYLIST.replace("/* name */", "AND instr(folded(playlists.name), :text) > 0"),
}

IS: dict[TextField, str] = {
    TextField.TITLE: "folded(title) = :text",
    TextField.ARTIST: """
        coalesce(folded(artist) = :text, 0)
     OR EXISTS (SELECT 1 FROM track_sources source, json_each(coalesce(source.artists, '[]')) one
                 WHERE source.track_id = tracks.id AND folded(one.value) = :text)""",
    TextField.ALBUM: "coalesce(folded(album) = :text, 0)"
    + ON_ANOTHER_ALBUM.replace("/* album */", "folded(source.album) = :text"),
    TextField.ALBUM_ARTIST: "coalesce(folded(album_artist) = :text, 0)",
    TextField.GENRE: """EXISTS (SELECT 1 FROM json_each(coalesce(genres, '[]')) genre
                                 WHERE folded(genre.value) = :text)""",
    TextField.SOURCE: """EXISTS (SELECT 1 FROM track_sources source JOIN sources ON sources.id = source.source_id
                                  WHERE source.track_id = tracks.id AND source.status <> 'unavailable'
                                    AND folded(sources.name) = :text)""",
    TextField.ISRC: """EXISTS (SELECT 1 FROM track_sources source
                                WHERE source.track_id = tracks.id AND folded(source.isrc) = :text)""",
    TextField.ID: HOLDS[TextField.ID],
    TextField.PLAYLIST: IN_PLAYLIST.replace("/* name */", "AND folded(playlists.name) = :text"),
}

HAS_NONE: dict[TextField, str] = {
    TextField.TITLE: "title = ''",
    TextField.ARTIST: "coalesce(artist, '') = ''",
    TextField.ALBUM: "coalesce(album, '') = ''",
    TextField.ALBUM_ARTIST: "coalesce(album_artist, '') = ''",
    TextField.GENRE: "coalesce(genres, '[]') = '[]'",
    TextField.SOURCE: """NOT EXISTS (SELECT 1 FROM track_sources source
                                      WHERE source.track_id = tracks.id AND source.status <> 'unavailable')""",
    TextField.ISRC: """NOT EXISTS (SELECT 1 FROM track_sources source
                                    WHERE source.track_id = tracks.id AND coalesce(source.isrc, '') <> '')""",
    TextField.ID: "0",
    TextField.PLAYLIST: f"NOT ({IN_PLAYLIST})",
}

# `value` is put in the place of the number; a range compares it with `:low` and `:high`.
NUMBERS: dict[NumberField, str] = {
    NumberField.YEAR: "year",
    NumberField.TRACK: "track_number",
    NumberField.DISC: "disc_number",
    NumberField.DURATION: "CAST(duration_seconds AS INTEGER)",
    NumberField.RATING: "coalesce((SELECT rating FROM marks WHERE marks.track_id = tracks.id), 0)",
    NumberField.PLAYS: "coalesce((SELECT play_count FROM marks WHERE marks.track_id = tracks.id), 0)",
}

# These differ from source to source: one that fits is enough.
NUMBERS_OF_SOURCES: dict[NumberField, str] = {
    NumberField.BITRATE: "source.bitrate",
    NumberField.SAMPLE_RATE: "source.sample_rate",
    NumberField.CHANNELS: "source.channels",
    NumberField.SIZE: "source.file_size",
}

# Sources send their own spelling of RFC 3339: only the engine's reading of it compares right.
DATES: dict[DateField, str] = {
    DateField.ADDED: "CAST(strftime('%s', added_at) AS INTEGER)",
    DateField.PLAYED: "(SELECT last_played_at / 1000 FROM marks WHERE marks.track_id = tracks.id)",
}
DATES_OF_SOURCES: dict[DateField, str] = {DateField.UPDATED: "CAST(strftime('%s', source.updated_at) AS INTEGER)"}

ANY_SOURCE = "EXISTS (SELECT 1 FROM track_sources source WHERE source.track_id = tracks.id AND {condition})"

FLAGS: dict[FlagField, str] = {
    FlagField.OFFLINE: "status IN ('local_file', 'cached')",
    FlagField.FAVOURITE: "coalesce((SELECT favourite FROM marks WHERE marks.track_id = tracks.id), 0)",
}

CHOICES_SQL: dict[ChoiceField, str] = {
    ChoiceField.STATUS: "status = :choice",
    ChoiceField.FORMAT: """EXISTS (SELECT 1 FROM track_sources source
                                    WHERE source.track_id = tracks.id AND source.content_type = :choice)""",
}

CONTENT_TYPES: dict[str, str] = {
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "vorbis": "audio/ogg",
    "opus": "audio/ogg; codecs=opus",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "aiff": "audio/aiff",
}

_ESCAPED_IN_JSON = re.compile(r"[\x00-\x1f\x7f\"\\/]")
_NAME = re.compile(r":([a-z_]+)")


def condition(query: Query, *, now_seconds: int, zone: tzinfo) -> Condition:
    """Which tracks match. Days are those of `zone`, times ago are before `now_seconds` (Unix time)."""
    pieces = _Pieces(now_seconds, zone)
    groups = [_joined(" AND ", [pieces.term(term) for term in group.terms]) for group in query.any_of]
    return Condition(_joined(" OR ", groups), pieces.values)


def _joined(word: str, pieces: Sequence[str]) -> str:
    return "(" + word.join(pieces) + ")" if pieces else "1"


class _Pieces:
    """Collects the values while the pieces are put together; each piece's names get a number of their own."""

    def __init__(self, now_seconds: int, zone: tzinfo) -> None:
        self.values: dict[str, Value] = {}
        self._now_seconds = now_seconds
        self._zone = zone
        self._count = 0

    def term(self, term: Term) -> str:
        """One term's SQL, in brackets."""
        return f"(NOT {self._plain(term.term)})" if isinstance(term, Not) else self._plain(term)

    def _plain(self, term: Plain) -> str:
        match term:
            case Words(text):
                return self._piece(WORDS, text=folded(text), part=_unescaped_part(text))
            case TextMatch():
                return self._text(term)
            case NumberIn(field, low, high, strict):
                if field in NUMBERS:
                    return self._between(NUMBERS[field], "{condition}", low, high, strict=strict)
                return self._between(NUMBERS_OF_SOURCES[field], ANY_SOURCE, low, high, strict=strict)
            case DateIn():
                return self._dates(term)
            case FlagIs(flag, value):
                return self._piece(FLAGS[flag] if value else f"NOT ({FLAGS[flag]})")
            case ChoiceIs(ChoiceField.FORMAT, choice):
                return self._piece(CHOICES_SQL[ChoiceField.FORMAT], choice=CONTENT_TYPES[choice])
            case ChoiceIs(choice_field, choice):
                return self._piece(CHOICES_SQL[choice_field], choice=choice)
            case _:
                assert_never(term)

    def _text(self, term: TextMatch) -> str:
        if not term.text:
            return self._piece(HAS_NONE[term.field])
        if term.field is TextField.ID:
            return self._piece(HOLDS[TextField.ID], text=term.text, remote_id=_remote_id(term.text))
        return self._piece((IS if term.whole else HOLDS)[term.field], text=folded(term.text))

    def _dates(self, term: DateIn) -> str:
        low, end = bounds_seconds(term, now_seconds=self._now_seconds, zone=self._zone)
        high = None if end is None else end - 1
        if term.field in DATES:
            return self._between(DATES[term.field], "{condition}", low, high, strict=False)
        return self._between(DATES_OF_SOURCES[term.field], ANY_SOURCE, low, high, strict=False)

    def _between(self, value: str, around: str, low: int | None, high: int | None, *, strict: bool) -> str:
        """An unknown number is in no range."""
        ends = [f"{value} IS NOT NULL"]
        if low is not None:
            ends.append(f"{value} > :low" if strict else f"{value} >= :low")
        if high is not None:
            ends.append(f"{value} < :high" if strict else f"{value} <= :high")
        return self._piece(around.format(condition=_joined(" AND ", ends)), low=low, high=high)

    def _piece(self, sql: str, **values: Value) -> str:
        """The piece in brackets, its names made its own."""
        self._count += 1
        count = self._count

        def own(name: re.Match[str]) -> str:
            numbered = f"{name.group(1)}_{count}"
            self.values[numbered] = values[name.group(1)]
            return f":{numbered}"

        return f"({_NAME.sub(own, sql)})"


def _unescaped_part(text: str) -> str | None:
    """What JSON that holds this text holds too; empty when JSON would spell it in another way."""
    return "" if _ESCAPED_IN_JSON.search(text) else folded(text)


def _remote_id(text: str) -> bytes | None:
    try:
        return id_bytes(text.lower())
    except BadId:
        return None
