"""Pure: hashes, then MusicBrainz, then fingerprints, then words -> the same, ask a person, or new."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from soul_player.client.dedupe.evidence import Evidence, Method, Veto
from soul_player.client.dedupe.similarity import (
    FEATURES,
    artist_likeness,
    digits_differ,
    features,
    kinds_differ,
    length_difference,
    titles_part,
    version_likeness,
)
from soul_player.client.dedupe.texts import MatchText
from soul_player.client.dedupe.weights import WEIGHTS

AUTO_SCORE_MIN = 0.93
ASK_SCORE_MIN = 0.2
# Too unlike to be asked about, near enough that their sound is worth a look.
NEAR_SCORE_MIN = 0.02
RUNNER_UP_WITHIN = 0.05

HASH_LENGTH_SECONDS_MAX = 2.0
MUSICBRAINZ_LENGTH_SECONDS_MAX = 7.0
MUSICBRAINZ_LENGTH_SHARE_MAX = 0.05
FINGERPRINT_AUTO_SCORE_MIN = 0.85
FINGERPRINT_SURE_SCORE_MIN = 0.955
FINGERPRINT_ASK_SCORE_MIN = 0.75
FINGERPRINT_LENGTH_SECONDS_MAX = 7.0
# Aligned recordings that differ agree in about half of their bits.
FINGERPRINT_OTHER_SCORE_MAX = 0.65
LENGTH_SECONDS_MAX = 4.0
LENGTH_SHARE_MAX = 0.02
ALBUM_POSITION_LENGTH_SECONDS_MAX = 2.0
ARTIST_LIKENESS_MIN = 70
AGREEMENTS_MIN = 2
ALBUM_LIKENESS_MIN = 90
VERSION_LIKENESS_MIN = 0.7

_WEIGHTS = tuple(WEIGHTS[name] for name in FEATURES)


@dataclass(frozen=True)
class Entry:
    """What is compared: a source's track, with the ids it claims. `is_verified`: the hashes are of bytes read here."""

    id: int
    source_id: int
    text: MatchText
    file_hash: str | None = None
    audio_hash: str | None = None
    recording_id: str | None = None
    is_verified: bool = False


@dataclass(frozen=True)
class Candidate:
    """An earlier entry and the recording it belongs to. `shares_source`: that holds a track of this source already."""

    entry: Entry
    track_id: int
    shares_source: bool = False
    fingerprint: float | None = None


@dataclass(frozen=True)
class Same:
    """Join it, without asking."""

    candidate: Candidate
    evidence: Evidence


@dataclass(frozen=True)
class Ask:
    """A person decides."""

    candidate: Candidate
    evidence: Evidence


@dataclass(frozen=True)
class New:
    """Nothing is like it. `near`: what came closest, when its sound could still tell otherwise."""

    near: Candidate | None = None


Decision = Same | Ask | New


def decide(
    entry: Entry, candidates: Sequence[Candidate], *, asked_about: frozenset[frozenset[int]] = frozenset()
) -> Decision:
    """`asked_about`: pairs of recordings of which a person is asked whether they are one: they are no rivals."""
    found = [(candidate, compare(entry, candidate)) for candidate in candidates]
    seen = [(candidate, evidence) for candidate, evidence in found if evidence is not None]
    known = [pair for pair in seen if pair[1].score >= ASK_SCORE_MIN]
    if not known:
        nearest = max(seen, key=lambda pair: (pair[1].score, -pair[0].entry.id), default=None)
        return New() if nearest is None or nearest[0].fingerprint is not None else New(nearest[0])
    known.sort(key=lambda pair: (-_strength(pair[1]), -_words_beside(entry, *pair), pair[0].entry.id))
    best, evidence = known[0]
    for other, its_evidence in known[1:]:
        if other.track_id == best.track_id or frozenset((other.track_id, best.track_id)) in asked_about:
            continue
        if evidence.method is Method.METADATA and its_evidence.score > evidence.score - RUNNER_UP_WITHIN:
            evidence = replace(evidence, vetoes=(*evidence.vetoes, Veto.RUNNER_UP))
        break
    return Ask(best, evidence) if evidence.vetoes or not _is_sure(evidence) else Same(best, evidence)


def compare(entry: Entry, candidate: Candidate) -> Evidence | None:
    """The strongest step that says anything, be it too little; None: nothing speaks for one recording."""
    other = candidate.entry
    apart = length_difference(entry.text, other.text)
    if _equal(entry.file_hash, other.file_hash) or _equal(entry.audio_hash, other.audio_hash):
        is_proven = (entry.is_verified and other.is_verified) or (apart or 0.0) <= HASH_LENGTH_SECONDS_MAX
        return Evidence(Method.HASH, 1.0, () if is_proven else (Veto.UNVERIFIED_HASH,), candidate.fingerprint)
    if _is_twin_elsewhere(entry, candidate):
        return None
    if _equal(entry.recording_id, other.recording_id):
        return Evidence(Method.MUSICBRAINZ, 1.0, _musicbrainz_vetoes(entry, candidate, apart), candidate.fingerprint)
    if candidate.fingerprint is not None and candidate.fingerprint >= FINGERPRINT_ASK_SCORE_MIN:
        vetoes = _fingerprint_vetoes(entry, candidate, apart)
        return Evidence(Method.FINGERPRINT, candidate.fingerprint, vetoes, candidate.fingerprint)
    if entry.source_id == other.source_id:
        # Twins in one source are what its owner made of it; only bytes, ids and sounds speak against that.
        return Evidence(Method.METADATA, NEAR_SCORE_MIN, (Veto.SAME_SOURCE,)) if _reads_the_same(entry, other) else None
    score = similarity_score(entry.text, other.text)
    if score < NEAR_SCORE_MIN:
        return None
    return Evidence(Method.METADATA, score, tuple(_vetoes(entry, candidate, apart)), candidate.fingerprint)


def weigh(entry: Entry, candidate: Candidate) -> Evidence:
    """For a person who chose the two: also what says too little, with all that speaks against it."""
    found = compare(entry, candidate)
    if found is not None:
        return found
    apart = length_difference(entry.text, candidate.entry.text)
    score = similarity_score(entry.text, candidate.entry.text)
    return Evidence(Method.METADATA, score, tuple(_vetoes(entry, candidate, apart)), candidate.fingerprint)


def sounds_the_same(score: float, *, seconds_apart: float | None) -> bool:
    """By the sound of the first two minutes alone. A suite may begin with a song: files whose lengths differ by more
    must be almost the same bits."""
    if seconds_apart is None or seconds_apart <= FINGERPRINT_LENGTH_SECONDS_MAX:
        return score >= FINGERPRINT_AUTO_SCORE_MIN
    return score >= FINGERPRINT_SURE_SCORE_MIN


def similarity_score(a: MatchText, b: MatchText) -> float:
    """How likely their words are those of one recording, 0 to 1."""
    total = sum(weight * value for weight, value in zip(_WEIGHTS, features(a, b), strict=True))
    return 1 / (1 + math.exp(-total))


def versions_conflict(a: MatchText, b: MatchText) -> bool:
    """Other audio by what the titles and albums say of the version."""
    if kinds_differ(a, b) or titles_part(a, b):
        return True
    return bool(a.version and b.version) and version_likeness(a, b) < VERSION_LIKENESS_MIN


def _strength(evidence: Evidence) -> float:
    """Steps of the cascade before scores; what is vetoed after what is not."""
    step = {Method.HASH: 3.0, Method.MUSICBRAINZ: 2.0, Method.FINGERPRINT: 1.0}.get(evidence.method, 0.0)
    if Veto.SAME_SOURCE in evidence.vetoes:
        step -= 0.2
    return step + evidence.score


def _words_beside(entry: Entry, candidate: Candidate, evidence: Evidence) -> float:
    """Where ids or sounds say the same of several, the words choose: an album's track joins that of the album."""
    return 0.0 if evidence.method is Method.METADATA else similarity_score(entry.text, candidate.entry.text)


def _is_twin_elsewhere(entry: Entry, candidate: Candidate) -> bool:
    """A source that has a recording on two albums wants both: nobody is asked about that. Twice on one album is worth
    a question."""
    if entry.source_id != candidate.entry.source_id and not candidate.shares_source:
        return False
    mine, theirs = entry.text.album, candidate.entry.text.album
    return mine != theirs and fuzz.ratio(mine, theirs) < ALBUM_LIKENESS_MIN


def _reads_the_same(entry: Entry, other: Entry) -> bool:
    """Twice on one album: their sound is worth a look."""
    a, b = entry.text, other.text
    apart = length_difference(a, b)
    return (
        (a.title, a.artist, a.album, a.kinds, a.version) == (b.title, b.artist, b.album, b.kinds, b.version)
        and bool(a.title)
        and apart is not None
        and apart <= LENGTH_SECONDS_MAX
    )


def _is_sure(evidence: Evidence) -> bool:
    return evidence.method is not Method.METADATA or evidence.score >= AUTO_SCORE_MIN


def _equal(a: str | None, b: str | None) -> bool:
    return a is not None and a == b


def _musicbrainz_vetoes(entry: Entry, candidate: Candidate, apart: float | None) -> tuple[Veto, ...]:
    vetoes: list[Veto] = []
    if apart is not None:
        longest = max(entry.text.duration_seconds or 0.0, candidate.entry.text.duration_seconds or 0.0)
        if apart > min(MUSICBRAINZ_LENGTH_SECONDS_MAX, max(2.0, MUSICBRAINZ_LENGTH_SHARE_MAX * longest)):
            vetoes.append(Veto.LENGTH)
    if entry.source_id == candidate.entry.source_id or candidate.shares_source:
        vetoes.append(Veto.SAME_SOURCE)
    return tuple(vetoes)


def _fingerprint_vetoes(entry: Entry, candidate: Candidate, apart: float | None) -> tuple[Veto, ...]:
    vetoes: list[Veto] = []
    if candidate.fingerprint is not None and candidate.fingerprint < FINGERPRINT_AUTO_SCORE_MIN:
        vetoes.append(Veto.FINGERPRINT_UNSURE)
    if apart is not None and apart > FINGERPRINT_LENGTH_SECONDS_MAX:
        vetoes.append(Veto.LENGTH)
    if versions_conflict(entry.text, candidate.entry.text):
        vetoes.append(Veto.VERSION)
    if entry.source_id == candidate.entry.source_id or candidate.shares_source:
        vetoes.append(Veto.SAME_SOURCE)
    return tuple(vetoes)


def _vetoes(entry: Entry, candidate: Candidate, apart: float | None) -> list[Veto]:
    a, b = entry.text, candidate.entry.text
    album = fuzz.ratio(a.album, b.album) if a.album and b.album else 0.0
    numbers_differ = a.track_number is not None and b.track_number is not None and a.track_number != b.track_number
    longest = max(a.duration_seconds or 0.0, b.duration_seconds or 0.0)
    checks = {
        Veto.VERSION: versions_conflict(a, b),
        Veto.LENGTH: apart is not None and apart > max(LENGTH_SECONDS_MAX, LENGTH_SHARE_MAX * longest),
        Veto.DIGITS: digits_differ(a, b),
        Veto.NO_TITLE: not (a.title and b.title) and not _is_same_position(a, b, apart, album),
        Veto.TOO_LITTLE: _agreements(a, b, apart, album) < AGREEMENTS_MIN,
        Veto.ARTIST: bool(a.artist and b.artist)
        and artist_likeness(a, b) < ARTIST_LIKENESS_MIN
        and album < ALBUM_LIKENESS_MIN,
        Veto.ALBUM_POSITION: album >= ALBUM_LIKENESS_MIN
        and numbers_differ
        and (apart is None or apart > ALBUM_POSITION_LENGTH_SECONDS_MAX),
        Veto.IDS: bool(entry.recording_id and candidate.entry.recording_id),
        Veto.SAME_SOURCE: candidate.shares_source,
        Veto.FINGERPRINT_DIFFERS: candidate.fingerprint is not None
        and candidate.fingerprint < FINGERPRINT_OTHER_SCORE_MAX,
    }
    return [veto for veto, holds in checks.items() if holds]


def _agreements(a: MatchText, b: MatchText, apart: float | None, album: float) -> int:
    """How many fields beside the title speak for it. Two titles `2` are nothing without."""
    return (
        (bool(a.artist and b.artist) and artist_likeness(a, b) >= ARTIST_LIKENESS_MIN)
        + (album >= ARTIST_LIKENESS_MIN)
        + (apart is not None and apart <= LENGTH_SECONDS_MAX)
        + (a.track_number is not None and a.track_number == b.track_number)
    )


def _is_same_position(a: MatchText, b: MatchText, apart: float | None, album: float) -> bool:
    """The same place on the same album, of the same length: a title that is missing changes nothing."""
    return (
        album >= ALBUM_LIKENESS_MIN
        and a.track_number is not None
        and a.track_number == b.track_number
        and apart is not None
        and apart <= ALBUM_POSITION_LENGTH_SECONDS_MAX
    )
