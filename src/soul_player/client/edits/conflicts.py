"""Pure: what a person chose about a playlist that two sides disagree on -> what is to be done here."""

from enum import StrEnum
from typing import assert_never

from soul_player.client.library.model import PlaylistChangedAnswer, PlaylistDeletedAnswer, QuestionKind


class Remedy(StrEnum):
    """What is done. All but the last take this device's edits of it out of the way first."""

    COPY_TO_SOURCE = "copy_to_source"
    COPY_TO_DEVICE = "copy_to_device"
    LET_GO = "let_go"
    KEEP_THEIRS = "keep_theirs"
    DELETE_ANYWAY = "delete_anyway"


def decide(kind: QuestionKind, choice: str) -> Remedy:
    """The choice was checked to be one of the kind's."""
    match kind:
        case QuestionKind.PLAYLIST_DELETED:
            match PlaylistDeletedAnswer(choice):
                case PlaylistDeletedAnswer.MINE:
                    return Remedy.COPY_TO_SOURCE
                case PlaylistDeletedAnswer.LOCAL:
                    return Remedy.COPY_TO_DEVICE
                case PlaylistDeletedAnswer.THEIRS:
                    return Remedy.LET_GO
        case QuestionKind.PLAYLIST_CHANGED:
            match PlaylistChangedAnswer(choice):
                case PlaylistChangedAnswer.MINE:
                    return Remedy.DELETE_ANYWAY
                case PlaylistChangedAnswer.THEIRS:
                    return Remedy.KEEP_THEIRS
        case QuestionKind.MASS_DELETION | QuestionKind.MERGE | QuestionKind.SERVER_CHANGED:
            raise AssertionError("not a question about a playlist")
        case _:
            assert_never(kind)
