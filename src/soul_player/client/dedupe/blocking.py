"""Pure: the keys under which a track is looked up: two tracks that may be one recording share some of them."""

from zlib import crc32

from soul_player.client.dedupe.texts import MatchText

# A key that more tracks hold than this says too little.
HOLDERS_MAX = 60
CANDIDATES_MAX = 20

_GRAM = 6
_GRAMS_KEPT = 6
_SECONDS_PER_STEP = 4
_COMMON = frozenset(
    ["the", "and", "of", "in", "a", "to", "de", "la", "no", "el", "i", "you", "my", "me", "it", "is", "on", "for"]
)


def stored_keys(text: MatchText) -> tuple[int, ...]:
    """What the track is stored under."""
    return tuple(_keys(text, (0,)))


def probed_keys(text: MatchText) -> tuple[int, ...]:
    """What is looked up: neighbouring steps of the length too."""
    return tuple(_keys(text, (-1, 0, 1)))


def exact_keys(*, file_hash: str | None, audio_hash: str | None, recording_id: str | None) -> tuple[int, ...]:
    """Of what identifies: equal ones are compared however many other keys are shared."""
    claims = (("f", file_hash), ("h", audio_hash), ("m", recording_id))
    return tuple(_key(kind, claim) for kind, claim in claims if claim is not None)


def _keys(text: MatchText, near: tuple[int, ...]) -> set[int]:
    keys: set[int] = set()
    compact = text.title.replace(" ", "")
    words = [word for word in text.title.split() if word not in _COMMON] or text.title.split()
    artists = [word for word in text.artist.split() if word not in _COMMON] or text.artist.split()
    if compact:
        keys.add(_key("t", compact))
    longest = sorted(set(words), key=lambda word: (-len(word), word))[:3]
    if text.duration_seconds is not None:
        step = int(text.duration_seconds) // _SECONDS_PER_STEP
        for offset in near:
            for word in longest:
                keys.add(_key("d", f"{word}|{step + offset}"))
            if text.track_number is not None and text.artist:
                keys.add(_key("n", f"{step + offset}|{text.track_number}|{text.artist[:3]}"))
            if text.track_number is not None and text.year is not None:
                keys.add(_key("y", f"{step + offset}|{text.track_number}|{text.year}"))
    for word in longest[:2]:
        for artist in sorted(set(artists), key=lambda name: (-len(name), name))[:2]:
            keys.add(_key("a", f"{word}|{artist}"))
    if text.album and text.track_number is not None:
        keys.add(_key("b", f"{text.album[:12]}|{text.track_number}"))
    keys.update(_smallest_grams(text))
    return keys


def _smallest_grams(text: MatchText) -> list[int]:
    """Words are sorted, so that fields which changed places still share them."""
    words = sorted({*text.title.split(), *text.artist.split(), *text.album.split()})
    joined = "".join(words).encode("utf-8", "surrogatepass")
    if len(joined) < _GRAM:
        return []
    return sorted({crc32(joined[at : at + _GRAM], 0x67) for at in range(len(joined) - _GRAM + 1)})[:_GRAMS_KEPT]


def _key(kind: str, text: str) -> int:
    return crc32(f"{kind}|{text}".encode("utf-8", "surrogatepass"))
