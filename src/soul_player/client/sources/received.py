"""What is taken from a server: the messages of the protocol with a bound on everything in them."""

import re
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

import msgspec

from soul_player.client.errors import ProtocolError
from soul_player.client.library.source_names import NAME_CHARS_MAX
from soul_player.protocol.codec import Message, NotJson, WrongShape, decode
from soul_player.protocol.cursor import CURSOR_CHARS_MAX
from soul_player.protocol.operation import ERA_CHARS_MAX, N_MAX
from soul_player.protocol.page import Heads, TracksPage
from soul_player.protocol.server_info import ServerInfo
from soul_player.protocol.session import SignedIn
from soul_player.protocol.track import ReplayGain, Track

PAGE_ROWS_MAX = 1_000
TEXT_CHARS_MAX = 16_384
NAMES_MAX = 1_000
ID_CHARS = 36
ID_BYTES = 16
EXPIRES_IN_SECONDS_MAX = 10 * 365 * 86_400
# Thirty years; a petabyte; what no amplifier does. Anything beyond is a broken head of a file.
DURATION_SECONDS_MAX = 1e9
FILE_BYTES_MAX = 1 << 50
GAIN_DB_MAX = 200.0
PEAK_MAX = 1e6
# What may stand in a header without being able to end it.
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")

# SQLite's integers have 64 bits; JSON's have none to count.
_Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Text = Annotated[str, msgspec.Meta(max_length=TEXT_CHARS_MAX)]


@dataclass(frozen=True)
class ReceivedPage:
    """A page of tracks, checked. `ids` and `deleted_ids` are 16 bytes for each track and each deletion, all distinct.

    Both shapes of a page are one here: whether a track is new or updated is advisory, the library knows better.
    """

    tracks: tuple[Track, ...]
    ids: bytes
    deleted_ids: bytes
    next_cursor: str
    has_more: bool
    total: int | None

    @property
    def rows(self) -> int:
        """Tracks and deletions."""
        return (len(self.ids) + len(self.deleted_ids)) // ID_BYTES


def read_tracks_page(body: bytes, *, limit: int) -> ReceivedPage:
    """Raises `ProtocolError`, which says what was seen."""
    page: TracksPage = read_message(body, _BoundedTracksPage)
    tracks = page.tracks + page.new_tracks + page.updated_tracks
    rows = len(tracks) + len(page.deleted_tracks)
    if rows > limit:
        raise ProtocolError(f"a page of {rows} rows came where at most {limit} were asked for")
    if not page.next_cursor:
        raise ProtocolError("a page came without a next_cursor")
    ids = ids_bytes([track.id for track in tracks])
    deleted_ids = ids_bytes(list(page.deleted_tracks))
    whole = ids + deleted_ids
    if len({whole[at : at + ID_BYTES] for at in range(0, len(whole), ID_BYTES)}) != rows:
        raise ProtocolError("a page came that names a track twice")
    return ReceivedPage(_sound(tracks), ids, deleted_ids, page.next_cursor, page.has_more, page.total)


def _sound(tracks: tuple[Track, ...]) -> tuple[Track, ...]:
    """Without numbers that cannot be, as a broken file at an honest server has them: they are added up here."""
    if all(map(_is_sound, tracks)):
        return tracks
    return tuple(
        track
        if _is_sound(track)
        else msgspec.structs.replace(
            track,
            duration_seconds=track.duration_seconds if 0 <= track.duration_seconds <= DURATION_SECONDS_MAX else 0.0,
            file_size=track.file_size if 0 <= track.file_size <= FILE_BYTES_MAX else 0,
            replaygain=track.replaygain if _is_gain(track.replaygain) else None,
        )
        for track in tracks
    )


def _is_sound(track: Track) -> bool:
    return (
        0 <= track.duration_seconds <= DURATION_SECONDS_MAX
        and 0 <= track.file_size <= FILE_BYTES_MAX
        and _is_gain(track.replaygain)
    )


def _is_gain(said: ReplayGain | None) -> bool:
    if said is None:
        return True
    gains, peaks = (said.track_gain_db, said.album_gain_db), (said.track_peak, said.album_peak)
    return all(gain is None or abs(gain) <= GAIN_DB_MAX for gain in gains) and all(
        peak is None or 0 <= peak <= PEAK_MAX for peak in peaks
    )


def read_message(body: bytes, kind: type[Message]) -> Message:
    """One message. Raises `ProtocolError`."""
    try:
        return decode(body, kind)
    except WrongShape as error:
        raise ProtocolError(f"an answer of a wrong shape came: {error}") from error
    except NotJson as error:
        raise ProtocolError(f"an answer that is no JSON came: {error}") from error


def check_signed_in(answer: SignedIn) -> SignedIn:
    """Tokens go into a header, the rest into the library. Raises `ProtocolError`."""
    if not all(_TOKEN.fullmatch(token) for token in (answer.access_token, answer.refresh_token)):
        raise ProtocolError("a token came that cannot be sent back")
    if not 0 <= answer.expires_in <= EXPIRES_IN_SECONDS_MAX or len(answer.user.username) > TEXT_CHARS_MAX:
        raise ProtocolError("an answer to a sign-in came that cannot be")
    ids_bytes([answer.user.id])
    return answer


def check_server(info: ServerInfo) -> ServerInfo:
    """Who answers there, before it is known whether it is the one that is meant. Raises `ProtocolError`."""
    ids_bytes([info.server_id])
    name = "".join(filter(str.isprintable, info.name[: 2 * NAME_CHARS_MAX])).strip()[:NAME_CHARS_MAX]
    return info if name == info.name else msgspec.structs.replace(info, name=name)


def check_heads(heads: Heads) -> Heads:
    """Raises `ProtocolError`."""
    # Of another server a person may say that it is a new source.
    ids_bytes([heads.server_id])
    if not all(0 <= head <= N_MAX for head in heads.heads.values()):
        raise ProtocolError("a head came that is no position")
    # Deletions name it to the server again, which takes no other.
    if not 0 < len(heads.era) <= ERA_CHARS_MAX or not heads.era.isprintable():
        raise ProtocolError("an era came that is none")
    return heads


def ids_bytes(ids: list[str]) -> bytes:
    """The ids as one blob, 16 bytes each. Raises `ProtocolError` for any spelling but the canonical one.

    A page is checked as a whole, in a fifth of the time that one id after the other takes.
    """
    count = len(ids)
    joined = "".join(ids)
    digits = joined.replace("-", "")
    has_shape = (
        all(len(text) == ID_CHARS for text in ids)
        and len(digits) == count * 2 * ID_BYTES
        and all(joined[place::ID_CHARS] == "-" * count for place in (8, 13, 18, 23))
    )
    try:
        # `fromhex` skips blanks and takes capitals: what comes back must be what went in.
        blob = bytes.fromhex(digits) if has_shape else None
    except ValueError:
        blob = None
    if blob is None or blob.hex() != digits:
        raise ProtocolError("an id came that is no UUID in its canonical spelling")
    return blob


def bounded(kind: Any) -> Any:  # noqa: ANN401  # a type expression has no type of its own
    """The same type with a bound on every text, list and number in it."""
    if kind is str or getattr(kind, "__supertype__", None) is str:
        return _Text
    if kind is int:
        return _Int64
    if isinstance(kind, UnionType):
        bounds = [bounded(part) for part in get_args(kind)]
        joined = bounds[0]
        for bound in bounds[1:]:
            joined = joined | bound
        return joined
    if get_origin(kind) is tuple:
        one: Any = bounded(get_args(kind)[0])
        return Annotated[tuple[one, ...], msgspec.Meta(max_length=NAMES_MAX)]
    assert kind in {bool, float, type(None), ReplayGain}, kind
    return kind


def _bounded_struct(kind: type[msgspec.Struct], name: str) -> type[msgspec.Struct]:
    fields: list[Any] = [
        (field.name, bounded(field.type)) if field.required else (field.name, bounded(field.type), field.default)
        for field in msgspec.structs.fields(kind)
    ]
    # Nothing in it can refer back to it: the collector of cycles need not look at a million of them.
    return msgspec.defstruct(name, fields, bases=(kind,), frozen=True, gc=False)


# Made from the protocol's own Track, so that a field it gains is bounded here too.
_BoundedTrack: Any = _bounded_struct(Track, "BoundedTrack")
_BoundedTracks: Any = Annotated[tuple[_BoundedTrack, ...], msgspec.Meta(max_length=PAGE_ROWS_MAX)]
_BoundedIds: Any = Annotated[tuple[_Text, ...], msgspec.Meta(max_length=PAGE_ROWS_MAX)]
_BoundedTracksPage: Any = msgspec.defstruct(
    "BoundedTracksPage",
    [
        ("next_cursor", Annotated[str, msgspec.Meta(max_length=CURSOR_CHARS_MAX)]),
        ("has_more", bool),
        ("tracks", _BoundedTracks, ()),
        ("new_tracks", _BoundedTracks, ()),
        ("updated_tracks", _BoundedTracks, ()),
        ("deleted_tracks", _BoundedIds, ()),
        ("total", Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] | None, None),
    ],
    bases=(TracksPage,),
    frozen=True,
)
