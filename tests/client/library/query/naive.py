"""What a query means, said once more in plain Python over plain objects: the judge of the SQL."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never

from soul_player.client.library.query.fields import ChoiceField, DateField, FlagField, NumberField, TextField
from soul_player.client.library.query.terms import (
    Ago,
    ChoiceIs,
    DateIn,
    FlagIs,
    Not,
    NumberIn,
    Period,
    Plain,
    Query,
    TextMatch,
    Unit,
    When,
    Words,
)

HOURS = {Unit.HOURS: 1, Unit.DAYS: 24, Unit.WEEKS: 168, Unit.MONTHS: 720, Unit.YEARS: 8760}
FORMATS = {
    "audio/mpeg": "mp3", "audio/flac": "flac", "audio/ogg": "vorbis", "audio/ogg; codecs=opus": "opus",
    "audio/mp4": "m4a", "audio/wav": "wav", "audio/aiff": "aiff",
}  # fmt: skip


@dataclass(frozen=True)
class AtSource:
    """One track as one source has it."""

    source: str
    remote_id: str
    status: str
    artists: tuple[str, ...]
    content_type: str
    bitrate: int | None
    sample_rate: int | None
    channels: int | None
    size: int
    isrc: str | None
    updated_at: datetime


@dataclass(frozen=True)
class Recording:
    """One track of the library."""

    id: int
    status: str
    title: str
    artist: str | None
    album: str | None
    album_artist: str | None
    genres: tuple[str, ...]
    year: int | None
    disc: int | None
    number: int | None
    seconds: float
    added_at: datetime
    sources: tuple[AtSource, ...]


def matches(query: Query, track: Recording, *, now: datetime) -> bool:
    """Whether the track is in the list."""
    return any(
        all(
            not plain(term.term, track, now) if isinstance(term, Not) else plain(term, track, now)
            for term in group.terms
        )
        for group in query.any_of
    )


def plain(term: Plain, track: Recording, now: datetime) -> bool:
    """One term that is not negated."""
    match term:
        case Words(text):
            seen = (track.title, track.artist or "", track.album or "", track.album_artist or "")
            return any(fold(text) in fold(one) for one in (*seen, *track.genres))
        case TextMatch():
            return text_matches(term, track)
        case NumberIn(field, low, high, strict):
            return any(within(number, low, high, strict=strict) for number in numbers(field, track))
        case DateIn():
            return any(date_within(term, moment, now) for moment in moments(term.field, track))
        case FlagIs(FlagField.OFFLINE, value):
            return (track.status in ("local_file", "cached")) is value
        case FlagIs(FlagField.FAVOURITE, value):
            return not value
        case ChoiceIs(ChoiceField.STATUS, choice):
            return track.status == choice
        case ChoiceIs(ChoiceField.FORMAT, choice):
            return any(FORMATS[source.content_type] == choice for source in track.sources)
        case _:
            raise AssertionError(term)


def text_matches(term: TextMatch, track: Recording) -> bool:
    """Containing, whole, or having none."""
    if term.field is TextField.ID:
        return term.text in (str(track.id), *(source.remote_id for source in track.sources))
    texts = [text for text in texts_of(term.field, track) if text]
    if not term.text:
        return not texts
    wanted = fold(term.text)
    if term.whole and term.field is TextField.ARTIST:
        texts += [artist for source in track.sources for artist in source.artists]
    judge: Callable[[str], bool] = wanted.__eq__ if term.whole else lambda text: wanted in text
    return any(judge(fold(text)) for text in texts)


def texts_of(field: TextField, track: Recording) -> list[str | None]:
    """The texts that a field stands for."""
    match field:
        case TextField.TITLE:
            return [track.title]
        case TextField.ARTIST:
            return [track.artist]
        case TextField.ALBUM:
            return [track.album]
        case TextField.ALBUM_ARTIST:
            return [track.album_artist]
        case TextField.GENRE:
            return list(track.genres)
        case TextField.SOURCE:
            return [source.source for source in track.sources if source.status != "unavailable"]
        case TextField.ISRC:
            return [source.isrc for source in track.sources]
        case TextField.PLAYLIST:
            return []
        case TextField.ID:
            raise AssertionError(field)
        case _:
            assert_never(field)


def numbers(field: NumberField, track: Recording) -> Iterator[int | None]:
    """The numbers that a field stands for."""
    of_source: dict[NumberField, Callable[[AtSource], int | None]] = {
        NumberField.BITRATE: lambda source: source.bitrate,
        NumberField.SAMPLE_RATE: lambda source: source.sample_rate,
        NumberField.CHANNELS: lambda source: source.channels,
        NumberField.SIZE: lambda source: source.size,
    }
    if field in of_source:
        yield from map(of_source[field], track.sources)
        return
    yield {
        NumberField.YEAR: track.year,
        NumberField.TRACK: track.number,
        NumberField.DISC: track.disc,
        NumberField.DURATION: int(track.seconds),
        NumberField.RATING: 0,
        NumberField.PLAYS: 0,
    }[field]


def within(number: int | None, low: int | None, high: int | None, *, strict: bool) -> bool:
    """Unknown numbers are in no range."""
    if number is None:
        return False
    if strict:
        return (low is None or number > low) and (high is None or number < high)
    return (low is None or number >= low) and (high is None or number <= high)


def moments(field: DateField, track: Recording) -> list[datetime]:
    """The times that a field stands for, to the second."""
    match field:
        case DateField.ADDED:
            found = [track.added_at]
        case DateField.UPDATED:
            found = [source.updated_at for source in track.sources]
        case DateField.PLAYED:
            found = []
        case _:
            assert_never(field)
    return [moment.replace(microsecond=0) for moment in found]


def date_within(term: DateIn, moment: datetime, now: datetime) -> bool:
    """By calendar, not by arithmetic: a moment is in a month when it says so."""
    low, high = term.low, term.high
    if term.strict:
        return (low is None or order(moment, low, now) > 0) and (high is None or order(moment, high, now) < 0)
    return (low is None or order(moment, low, now) >= 0) and (high is None or order(moment, high, now) <= 0)


def order(moment: datetime, when: When, now: datetime) -> int:
    """-1, 0, 1: before it, in it, after it."""
    match when:
        case Ago(count, unit):
            then = now - timedelta(hours=count * HOURS[unit])
            return (moment > then) - (moment < then)
        case Period(year, month, day):
            local = moment.astimezone(UTC)
            named = [part for part in (year, month, day) if part is not None]
            shown = [local.year, local.month, local.day][: len(named)]
            return (shown > named) - (shown < named)
        case _:
            assert_never(when)


def fold(text: str) -> str:
    """Case and marks away, until nothing changes any more."""
    while True:
        bare = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
        if bare.casefold() == text:
            return text
        text = bare.casefold()
