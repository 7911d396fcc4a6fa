"""Pure: in words, why two tracks that look alike were not joined without asking."""

from soul_player.client.dedupe.evidence import Evidence, Method, Veto
from soul_player.client.dedupe.similarity import length_difference
from soul_player.client.dedupe.texts import MatchText

_PLAIN = {
    Veto.DIGITS: "the numbers in their titles differ",
    Veto.TITLE: "one title says more than the other",
    Veto.NO_TITLE: "a title is missing",
    Veto.TOO_LITTLE: "they have too little in common beside the title",
    Veto.IDS: "their MusicBrainz ids differ",
    Veto.SAME_SOURCE: "one source has both of them",
    Veto.UNVERIFIED_HASH: "they claim the same bytes, but their lengths differ",
    Veto.RUNNER_UP: "another track is as like",
}


def reasons(evidence: Evidence, a: MatchText, b: MatchText) -> list[str]:
    """One for each veto; without any, that it is not sure enough. Empty: nothing speaks against it."""
    if not evidence.vetoes and evidence.method is Method.METADATA:
        return [f"their words are alike, but not enough to be sure ({evidence.score:.0%})"]
    return [_words(veto, evidence, a, b) for veto in evidence.vetoes]


def _words(veto: Veto, evidence: Evidence, a: MatchText, b: MatchText) -> str:
    match veto:
        case Veto.VERSION:
            return f"they are different versions ({_version(a)}, {_version(b)})"
        case Veto.LENGTH:
            return f"their lengths differ by {length_difference(a, b) or 0.0:.0f} s"
        case Veto.ARTIST:
            return f"their artists differ ({a.artist}, {b.artist})"
        case Veto.ALBUM_POSITION:
            return f"they stand at different places of one album ({a.track_number}, {b.track_number})"
        case Veto.FINGERPRINT_UNSURE | Veto.FINGERPRINT_DIFFERS:
            return f"they sound alike to {evidence.fingerprint or 0.0:.0%} only"
        case _:
            return _PLAIN[veto]


def _version(text: MatchText) -> str:
    return text.version or text.kinds or text.album_kinds or "the plain one"
