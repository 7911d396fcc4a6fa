"""Pure: hashes, then MusicBrainz, then fingerprints, then words -> the same, ask a person, or new."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from soul_player.client.dedupe.evidence import Evidence, Method, Veto
from soul_player.client.dedupe.similarity import (
    FEATURES,
    features,
    length_difference,
)
from soul_player.client.dedupe.texts import MatchText
from soul_player.client.dedupe.vetoes import (
    ALBUM_LIKENESS_MIN,
    LENGTH_SECONDS_MAX,
    is_worth_asking,
    versions_conflict,
    word_vetoes,
)
from soul_player.client.dedupe.weights import WEIGHTS

AUTO_SCORE_MIN = 0.93
ASK_SCORE_MIN = 0.2
# Too unlike to be asked about, near enough that their sound is worth a look.
NEAR_SCORE_MIN = 0.02
RUNNER_UP_WITHIN = 0.05
SAME_WORDS_SCORE_MIN = 0.7
SAME_WORDS_CHARS_MIN = 4
SAME_WORDS_LENGTH_SECONDS_MAX = 1.0
# One artist has many of them.
GENERIC_TITLES = frozenset(
    """
    intro outro interlude introduction prelude prologue epilogue overture finale theme opening ending credits skit
    reprise allegro andante adagio presto largo menuetto minuet rondo scherzo vivace moderato aria recitative kyrie
    gloria sanctus intermission medley applause encore speech interview commentary
    """.split()  # noqa: SIM905  # forty quoted words read worse
)

HASH_LENGTH_SECONDS_MAX = 2.0
MUSICBRAINZ_LENGTH_SECONDS_MAX = 7.0
MUSICBRAINZ_LENGTH_SHARE_MAX = 0.05
FINGERPRINT_AUTO_SCORE_MIN = 0.85
FINGERPRINT_SURE_SCORE_MIN = 0.955
FINGERPRINT_ASK_SCORE_MIN = 0.75
FINGERPRINT_LENGTH_SECONDS_MAX = 7.0
# Aligned recordings that differ agree in about half of their bits.
FINGERPRINT_OTHER_SCORE_MAX = 0.65

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
    known = [pair for pair in seen if pair[1].score >= ASK_SCORE_MIN and _may_ask(entry, *pair)]
    if not known:
        nearest = max(
            (pair for pair in seen if Veto.VERSION not in pair[1].vetoes),
            key=lambda pair: (pair[1].score, -pair[0].entry.id),
            default=None,
        )
        return New() if nearest is None or nearest[0].fingerprint is not None else New(nearest[0])
    known.sort(key=lambda pair: (-_strength(pair[1]), -_words_beside(entry, *pair), pair[0].entry.id))
    best, evidence = known[0]
    for other, its_evidence in known[1:]:
        if other.track_id == best.track_id or frozenset((other.track_id, best.track_id)) in asked_about:
            continue
        is_rival = not its_evidence.vetoes or bool(evidence.vetoes)
        if evidence.method is Method.METADATA and is_rival and its_evidence.score > evidence.score - RUNNER_UP_WITHIN:
            evidence = replace(evidence, vetoes=(*evidence.vetoes, Veto.RUNNER_UP))
        break
    return Ask(best, evidence) if evidence.vetoes or not _is_sure(entry, best, evidence) else Same(best, evidence)


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


def _may_ask(entry: Entry, candidate: Candidate, evidence: Evidence) -> bool:
    a, b = entry.text, candidate.entry.text
    return evidence.method is not Method.METADATA or is_worth_asking(a, b, evidence.vetoes, length_difference(a, b))


def _strength(evidence: Evidence) -> float:
    """Steps of the cascade before scores; what is vetoed after what is not."""
    step = {Method.HASH: 3.0, Method.MUSICBRAINZ: 2.0, Method.FINGERPRINT: 1.0}.get(evidence.method, 0.0)
    if evidence.method is Method.METADATA and evidence.vetoes:
        step -= 0.1
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


def _is_sure(entry: Entry, candidate: Candidate, evidence: Evidence) -> bool:
    if evidence.method is not Method.METADATA or evidence.score >= AUTO_SCORE_MIN:
        return True
    # On an album here, in a collection there: the very words, and the same length.
    a, b = entry.text, candidate.entry.text
    apart = length_difference(a, b)
    return (
        evidence.score >= SAME_WORDS_SCORE_MIN
        and (a.title, a.artist, a.guests, a.version) == (b.title, b.artist, b.guests, b.version)
        and bool(a.artist)
        and a.title not in GENERIC_TITLES
        and len(a.title) >= SAME_WORDS_CHARS_MIN
        and apart is not None
        and apart <= SAME_WORDS_LENGTH_SECONDS_MAX
    )


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
    vetoes = word_vetoes(entry.text, candidate.entry.text, apart)
    if entry.recording_id and candidate.entry.recording_id:
        vetoes.append(Veto.IDS)
    if candidate.shares_source:
        vetoes.append(Veto.SAME_SOURCE)
    if candidate.fingerprint is not None and candidate.fingerprint < FINGERPRINT_OTHER_SCORE_MAX:
        vetoes.append(Veto.FINGERPRINT_DIFFERS)
    return vetoes
