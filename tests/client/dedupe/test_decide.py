"""The cascade decides: traps that deceive, each step of it, and every veto."""

from typing import Any

import pytest

from soul_player.client.dedupe.decide import Ask, Candidate, Decision, Entry, New, Same, decide
from soul_player.client.dedupe.evidence import Method, Veto
from soul_player.client.dedupe.texts import Said, match_text
from tests.client.dedupe.traps import TRAPS as FIRST_TRAPS
from tests.client.dedupe.traps import Trap
from tests.client.dedupe.version_traps import version_traps

TRAPS = (*FIRST_TRAPS, *version_traps())
SONG = Said("Cold Winter Night", "Lacksley Castell", "Morning Glory", 5, 241.0, 2006)
OTHER = Said("Walk Through Fire", "Olivia Newton-John", "The Rumour", 9, 338.0, 1988)


def entry(said: Said = SONG, *, number: int = 1, source: int = 1, **claims: object) -> Entry:
    """An entry of its own source."""
    return Entry(number, source, match_text(said), **claims)  # type: ignore[arg-type]  # hashes and ids by name


def decided(a: Entry, b: Entry, **seen: object) -> Decision:
    """What becomes of `b` when `a` was there before."""
    return decide(b, [Candidate(a, a.id, **seen)])  # type: ignore[arg-type]  # what was seen of it, by name


@pytest.mark.parametrize("trap", TRAPS, ids=[trap.name for trap in TRAPS])
@pytest.mark.parametrize("turned", [False, True], ids=["", "turned"])
def test_a_trap_is_not_fallen_into(trap: Trap, turned: bool) -> None:
    """A wrong merge is worse than a question; and what is plainly one recording asks nobody."""
    first, second = (trap.b, trap.a) if turned else (trap.a, trap.b)
    decision = decided(entry(first), entry(second, number=2, source=2))
    assert isinstance(decision, Same) is trap.joins, decision


def test_there_are_three_hundred_traps() -> None:
    """So that none gets lost unseen."""
    assert len({trap.name for trap in TRAPS}) == len(TRAPS) >= 300


def test_nobody_is_asked_whether_a_song_is_its_own_live_take() -> None:
    """Who has both knows. Where one source may have left the word out, a person is asked."""
    live = Said("Cold Winter Night (Live)", "Lacksley Castell", "Live in Kingston", 3, 241.5)
    assert isinstance(decided(entry(), entry(live, number=2, source=2)), New)
    longer = Said("Cold Winter Night (Dub)", "Lacksley Castell", "Morning Glory", 11, 321.0)
    assert isinstance(decided(entry(), entry(longer, number=2, source=2)), New)
    unsaid = Said("Cold Winter Night (Live)", "Lacksley Castell", "Morning Glory", 5, 241.5)
    assert isinstance(decided(entry(), entry(unsaid, number=2, source=2)), Ask)
    # Unless one can hear that it is another take.
    assert isinstance(decided(entry(), entry(unsaid, number=2, source=2), fingerprint=0.57), New)
    assert isinstance(decided(entry(), entry(unsaid, number=2, source=2), fingerprint=0.7), Ask)


def test_a_version_is_no_rival_of_the_song_itself() -> None:
    """The same words are joined, though the same with `(A Cappella)` are nearly as like."""
    bare = Said("Cold Winter Night (A Cappella)", "Lacksley Castell", "Morning Glory", None, 241.2)
    versions = [Candidate(entry(bare, number=1), 1), Candidate(entry(SONG, number=2), 2)]
    decision = decide(entry(SONG, number=3, source=2), versions)
    assert isinstance(decision, Same)
    assert decision.candidate.track_id == 2


def test_equal_bytes_are_one_recording_whatever_is_said_of_them() -> None:
    """Even within a source."""
    decision = decided(entry(audio_hash="v1:ab"), entry(OTHER, number=2, audio_hash="v1:ab", is_verified=True))
    assert isinstance(decision, Ask)
    same = decided(entry(audio_hash="v1:ab"), entry(SONG, number=2, audio_hash="v1:ab"))
    assert isinstance(same, Same)
    assert same.evidence.method is Method.HASH


def test_a_hash_that_is_only_claimed_does_not_join_files_of_other_lengths() -> None:
    """A server that lies about a hash must not take a song out of the library."""
    longer = Said(SONG.title, SONG.artist, SONG.album, 5, 250.0)
    claimed = decided(entry(file_hash="sha256:ab"), entry(longer, number=2, source=2, file_hash="sha256:ab"))
    assert isinstance(claimed, Ask)
    assert claimed.evidence.vetoes == (Veto.UNVERIFIED_HASH,)
    read = decided(
        entry(file_hash="sha256:ab", is_verified=True),
        entry(longer, number=2, source=2, file_hash="sha256:ab", is_verified=True),
    )
    assert isinstance(read, Same)


@pytest.mark.parametrize(("seconds", "joins"), [(241.0, True), (247.9, True), (249.0, False)])
def test_a_recording_id_joins_unless_the_lengths_say_that_it_is_wrong(seconds: float, joins: bool) -> None:
    """Wrong ids exist."""
    other = Said("Cold Night", None, None, None, seconds)
    decision = decided(entry(recording_id="mb"), entry(other, number=2, source=2, recording_id="mb"))
    assert isinstance(decision, Same) is joins
    assert not isinstance(decision, New)


@pytest.mark.parametrize(
    ("score", "said", "expected"),
    [
        (0.97, Said("Winter", "Castell", None, None, 243.0), Same),
        (0.80, Said("Winter", "Castell", None, None, 243.0), Ask),
        (0.97, Said("Winter", "Castell", None, None, 263.0), Ask),
        (0.97, Said("Winter (Instrumental)", "Castell", None, None, 243.0), Ask),
        (0.60, Said("Aria", "Bach", "Goldberg", 1, 100.0), New),
    ],
)
def test_a_sound_joins_unless_length_or_version_speak_against_it(
    score: float, said: Said, expected: type[Decision]
) -> None:
    """Instrumentals sound like the song for most of their length."""
    assert isinstance(decided(entry(), entry(said, number=2, source=2), fingerprint=score), expected)


def test_words_alone_never_join_what_sounds_different() -> None:
    """Two recordings of one song by one band."""
    decision = decided(entry(), entry(number=2, source=2), fingerprint=0.55)
    assert isinstance(decision, Ask)
    assert Veto.FINGERPRINT_DIFFERS in decision.evidence.vetoes


def test_two_ids_of_a_unique_kind_are_asked_about() -> None:
    """Who tagged them believed that they differ."""
    decision = decided(entry(recording_id="a"), entry(number=2, source=2, recording_id="b"))
    assert isinstance(decision, Ask)
    assert decision.evidence.vetoes == (Veto.IDS,)


def test_twins_in_one_source_are_left_alone() -> None:
    """Their owner keeps both; no question comes of it."""
    assert isinstance(decided(entry(), entry(number=2)), New)


def test_a_source_that_has_a_recording_on_two_albums_wants_both() -> None:
    """A library full of compilations must not ask a hundred questions; twice on one album is worth one."""
    other_album = Said(SONG.title, SONG.artist, "Best of Reggae", 3, 241.0, 2010)
    ids: dict[str, Any] = {"recording_id": "mb"}
    assert isinstance(decided(entry(**ids), entry(other_album, number=2, **ids)), New)
    assert isinstance(decided(entry(), entry(other_album, number=2), fingerprint=0.97), New)
    assert isinstance(decided(entry(**ids), entry(other_album, number=2, source=2, **ids), shares_source=True), New)
    twice = decided(entry(**ids), entry(number=2, **ids))
    assert isinstance(twice, Ask)
    assert twice.evidence.vetoes == (Veto.SAME_SOURCE,)
    assert isinstance(decided(entry(audio_hash="h"), entry(other_album, number=2, audio_hash="h")), Same)


def test_of_equal_ids_the_album_chooses() -> None:
    """The song is on an album and on a compilation at both servers: each joins its own."""
    compilation = Said(SONG.title, SONG.artist, "Best of Reggae", 3, 241.0, 2010)
    known = [Candidate(entry(number=1, recording_id="mb"), 1),
             Candidate(entry(compilation, number=2, recording_id="mb"), 2)]  # fmt: skip
    for said, wanted in ((SONG, 1), (compilation, 2)):
        decision = decide(entry(said, number=3, source=2, recording_id="mb"), known)
        assert isinstance(decision, Same)
        assert decision.candidate.track_id == wanted


def test_a_second_track_of_a_source_does_not_slip_into_a_recording() -> None:
    """It would be two rows of that source in one."""
    decision = decided(entry(), entry(number=2, source=2), shares_source=True)
    assert isinstance(decision, Ask)
    assert Veto.SAME_SOURCE in decision.evidence.vetoes


def test_two_that_are_as_like_are_asked_about_unless_they_are_asked_about_themselves() -> None:
    """Joining either could be wrong; but two that wait for the same yes are no rivals."""
    rivals = [Candidate(entry(source=1), 1), Candidate(entry(number=2, source=2), 2)]
    newcomer = entry(number=3, source=3)
    rivalled = decide(newcomer, rivals)
    assert isinstance(rivalled, Ask)
    assert rivalled.evidence.vetoes == (Veto.RUNNER_UP,)
    assert isinstance(decide(newcomer, rivals, asked_about=frozenset((frozenset((1, 2)),))), Same)


def test_what_has_nothing_in_common_is_new() -> None:
    """A question about it would be worse than nothing."""
    assert isinstance(decided(entry(), entry(OTHER, number=2, source=2)), New)
    assert isinstance(decide(entry(), []), New)
