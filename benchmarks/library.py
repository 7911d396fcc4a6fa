"""A music library by seed: the same seed makes the same tracks, and they look like what people really have."""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import msgspec

from soul_player.protocol.ids import TrackId, id_text
from soul_player.protocol.times import time_text
from soul_player.protocol.track import ReplayGain, Track

# 2020-01-01: ids and times of a generated library count up from here, so that a seed means the same for ever.
EPOCH_MS = 1_577_836_800_000
TRACKS_PER_ALBUM = (1, 1, 2, 5, 8, 9, 10, 10, 11, 11, 12, 12, 12, 12, 13, 13, 14, 14, 15, 16, 17, 18, 20, 24, 31)
TRACKS_PER_ARTIST = 40

WORDS = """
    love night river light fire moon heart rain summer blue dream shadow stone winter city gold home silver dance echo
    glass wild sea star broken long last first little under over without again before never always sky run down time
    señorita corazón canción mañana fantôme été forêt nuit Straße Mädchen Frühling süß größer hjärta måne å ø słońce
    żółty řeka pramen ağaç gökyüzü ночь дорога сердце весна зима город φως θάλασσα νύχτα
    夜 東京 桜 雨の日 さよなら ありがとう 사랑 바다 별 月亮 北京 ليل قلب שלום लहर
    (live) [remastered] pt. II feat. no. 5 op. 27 BWV 846 — “untitled” & Don't Ain't 🎵 café naïve
""".split()  # noqa: SIM905  # a hundred quoted words read worse
NAMES = """
    Amber Björk Sigur Nina Simone Miles Davis Los Lobos Motörhead Beyoncé José Álvarez Dvořák Łukasz Özlem The And
    Orchestra Quartet Ensemble Trio Band Brothers Sisters Kings Choir Philharmonic DJ MC Saint Lady Кино Земфира Ελένη
    坂本 椎名 林檎 방탄 소년단 فيروز Mulatu Astatke Fela Kuti Hildur Guðnadóttir Ásgeir Black White Young Old Electric
    Velvet Paper Iron Crystal Broken Silent Modern Ancient Northern Southern
""".split()  # noqa: SIM905  # the same
GENRES = (
    "Rock",
    "Pop",
    "Jazz",
    "Classical",
    "Electronic",
    "Hip-Hop",
    "Folk",
    "Metal",
    "Ambient",
    "Soul",
    "R&B",
    "Reggae",
    "Chanson française",
    "Música popular brasileira",
    "演歌",
    "Singer-Songwriter",
    "Drum & Bass",
    "Post-Rock",
)
FORMATS = (
    # content type, suffix, bits per second (low, high), share
    ("audio/mpeg", "mp3", 128_000, 320_000, 55),
    ("audio/flac", "flac", 600_000, 1_100_000, 30),
    ("audio/mp4", "m4a", 128_000, 256_000, 8),
    ("audio/ogg", "ogg", 96_000, 224_000, 4),
    ("audio/opus", "opus", 96_000, 160_000, 3),
)
_ENCODER = msgspec.json.Encoder()
_FORMAT_BOUNDS = tuple(accumulate(share for *_, share in FORMATS))


@dataclass(frozen=True)
class GeneratedTrack:
    """A track with what only the server knows of it. `track.seq` is its place in the library, from 1."""

    track: Track
    path: bytes
    mtime_ns: int
    inode: int


@dataclass(frozen=True)
class _Album:
    title: str | None
    artist: str | None
    album_id: str | None
    release_id: str | None
    artwork_id: str | None
    year: int | None
    genres: tuple[str, ...]
    gain_db: float | None
    tracks: int


def generate_tracks(count: int, *, seed: int) -> Iterator[GeneratedTrack]:
    """`count` tracks, one at a time: a library of any size is never held as a whole."""
    randomness = random.Random(seed)
    artists = _Artists(max(3, count // TRACKS_PER_ARTIST), randomness)
    made = 0
    while made < count:
        album = _album(artists, randomness)
        for number in range(1, min(album.tracks, count - made) + 1):
            made += 1
            yield _track(album, number, made, artists, randomness)


class _Artists:
    """Names by Zipf's law: the n-th most common one is n times rarer than the first."""

    def __init__(self, count: int, randomness: random.Random) -> None:
        self._names = [
            " ".join(randomness.choices(NAMES, k=randomness.choice((1, 2, 2, 2, 3, 4)))) for _ in range(count)
        ]
        self._bounds = list(accumulate(1 / rank for rank in range(1, count + 1)))

    def pick(self, randomness: random.Random) -> str:
        return self._names[bisect(self._bounds, randomness.random() * self._bounds[-1])]


def _album(artists: _Artists, randomness: random.Random) -> _Album:
    chance = randomness.random
    is_tagged = chance() < 0.97
    is_known = is_tagged and chance() < 0.8
    return _Album(
        title=_title(randomness) if is_tagged else None,
        artist=artists.pick(randomness) if is_tagged else None,
        album_id=_uuid(randomness) if is_tagged else None,
        release_id=_uuid(randomness) if is_known else None,
        artwork_id=randomness.randbytes(16).hex() if chance() < 0.85 else None,
        year=randomness.randint(1955, 2025) if is_tagged and chance() < 0.9 else None,
        genres=tuple(dict.fromkeys(randomness.choices(GENRES, k=randomness.choice((1, 1, 1, 2, 3)))))
        if is_tagged and chance() < 0.88
        else (),
        gain_db=round(randomness.gauss(-7.5, 2.5), 2) if chance() < 0.7 else None,
        tracks=randomness.choice(TRACKS_PER_ALBUM),
    )


def _track(album: _Album, number: int, place: int, artists: _Artists, randomness: random.Random) -> GeneratedTrack:
    chance = randomness.random
    content_type, suffix, low, high, _ = FORMATS[bisect(_FORMAT_BOUNDS, chance() * 99.9)]
    bitrate = low + int(chance() * (high - low)) // 1000 * 1000
    seconds = round(min(3600.0, max(8.0, randomness.gauss(235.0, 80.0))), 3)
    title = _title(randomness)
    guests = (artists.pick(randomness),) if album.artist is not None and chance() < 0.12 else ()
    artist = " feat. ".join((album.artist, *guests)) if album.artist is not None else None
    stamp = time_text(EPOCH_MS + place * 1000)
    is_known = album.release_id is not None
    track = Track(
        id=TrackId(track_id_text(place, randomness.getrandbits(74))),
        title=title if album.title is not None else f"{number:02d} {title}",
        content_type=content_type,
        file_size=int(seconds * bitrate / 8) + 40_000,
        duration_seconds=seconds,
        added_at=stamp,
        updated_at=stamp,
        seq=place,
        artist=artist,
        artists=() if album.artist is None else (album.artist, *guests),
        album=album.title,
        album_artist=album.artist,
        album_id=album.album_id,
        track_number=number if album.title is not None else None,
        disc_number=1 if is_known else None,
        year=album.year,
        genres=album.genres,
        bitrate=bitrate,
        sample_rate=48_000 if suffix == "opus" else 44_100,
        channels=1 if chance() < 0.03 else 2,
        file_hash=f"sha256:{randomness.randbytes(32).hex()}",
        audio_hash=f"v1:{randomness.randbytes(32).hex()}",
        musicbrainz_recording_id=_uuid(randomness) if is_known else None,
        musicbrainz_release_id=album.release_id,
        isrc=f"USRC1{randomness.randrange(10_000_000):07d}" if is_known and chance() < 0.6 else None,
        replaygain=None if album.gain_db is None else _gain(album.gain_db, randomness),
        artwork_id=album.artwork_id,
    )
    folder = f"{album.artist or 'Unknown'}/{album.title or 'Various'}".replace("\0", "")
    path = f"{folder}/{number:02d} {title} {place}.{suffix}".encode()
    return GeneratedTrack(track, path, (EPOCH_MS + place * 1000) * 1_000_000 + place, 1_000_000 + place)


def track_id_text(place: int, random_bits: int) -> str:
    """A UUIDv7 whose time grows with the place, as a server mints them: 74 random bits beside version and variant."""
    high, low = random_bits >> 62, random_bits & 0x3FFF_FFFF_FFFF_FFFF
    value = (EPOCH_MS + place) << 80 | 0x7 << 76 | high << 64 | 0x2 << 62 | low
    return id_text(value.to_bytes(16, "big"))


def _gain(album_gain_db: float, randomness: random.Random) -> ReplayGain:
    return ReplayGain(
        track_gain_db=round(album_gain_db + randomness.random() - 0.5, 2),
        track_peak=round(0.7 + randomness.random() * 0.3, 6),
        album_gain_db=album_gain_db,
        album_peak=1.0,
    )


def _title(randomness: random.Random) -> str:
    return " ".join(randomness.choices(WORDS, k=1 + int(randomness.random() * 5)))


def _uuid(randomness: random.Random) -> str:
    return id_text(randomness.randbytes(16))


def encode_track(track: Track) -> bytes:
    """One track as it stands in a page."""
    return _ENCODER.encode(track)
