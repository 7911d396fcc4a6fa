"""The laws of what a device shows, in every moment: nothing goes back, nothing counts twice, nothing is another's."""

from soul_player.protocol.ids import id_bytes
from tests.simulation.laws import require
from tests.simulation.laws_of_edits import SHOWN_ENTRIES, SHOWN_MARKS
from tests.simulation.ledger import Ledger
from tests.simulation.views import LibraryView

LAW = "reads never go back"
IDS_THERE = """
    SELECT id FROM server_playlists
     UNION
    SELECT id FROM server_entries
     UNION
    SELECT uid FROM playlists WHERE source_id IS NOT NULL
     UNION
    SELECT entry_uid
      FROM playlist_entries
      JOIN playlists ON playlists.id = playlist_entries.playlist_id
     WHERE playlists.source_id IS NOT NULL
"""
# What is asked tells of it too.
ASKED_ABOUT = "SELECT subject FROM questions WHERE kind LIKE 'playlist%' AND answer IS NULL"


def own_entries_stay_shown_always(username: str, device_name: str, device: LibraryView, ledger: Ledger) -> None:
    """What was added here is shown here from that moment on: waiting, sent, settled, pulled, in every moment."""
    shown = {bytes(row[1]) for row in device.all(SHOWN_ENTRIES)}
    for fact in ledger.of(username, "entry"):
        if fact.device == device_name and fact.is_here and fact.is_sure and not ledger.is_gone(fact):
            require(fact.subject in shown, LAW, f"entry {fact.subject.hex()} is not shown any more")


def own_marks_stay_shown_always(
    username: str, device_name: str, device: LibraryView, ledger: Ledger, *, near_ms: int, has_late: bool
) -> None:
    """A favourite or a rating that was set here is shown here until somebody sets it later.

    `has_late`: a message that arrives after minutes is stamped as if it had been written then; a server that lost what
    came of it in a restore takes it for newer than it is.
    """
    shown = {bytes(row[0]): row[1:] for row in device.all(SHOWN_MARKS)}
    for kind, column in (("favourite", 1), ("rating", 2)):
        for track_id, facts in ledger.by_subject(username, kind).items():
            last = ledger.clear_last(facts, near_ms=near_ms, own=None if has_late else device_name)
            if last is None or last.device != device_name or not last.is_here or track_id not in shown:
                continue
            if not ledger.blurred[username, kind, track_id]:
                value = shown[track_id][column]
                require(value == last.value, LAW, f"{kind} of {track_id.hex()} shows {value}, was set to {last.value}")


def nothing_of_another_user_is_there_always(username: str, device: LibraryView, ledger: Ledger) -> None:
    """Playlists and entries are those of whoever is signed in, shown or not."""
    there = {bytes(row[0]) for row in device.all(IDS_THERE)}
    there |= {id_bytes(row[0][2:]) for row in device.all(ASKED_ABOUT)}
    for fact in ledger.facts:
        if fact.kind in {"playlist", "entry"} and fact.user != username:
            said = f"{fact.kind} {fact.subject.hex()} of {fact.user} is on a device of {username}"
            require(fact.subject not in there, "what is one user's is never at another's", said)


def shown_counts(device: LibraryView) -> dict[bytes, int]:
    """Plays of every track, as they are shown."""
    return {bytes(row[0]): row[1] for row in device.all(SHOWN_MARKS)}


def no_play_is_shown_twice_always(username: str, counts: dict[bytes, int], ledger: Ledger) -> None:
    """Not even while its answer is owed, or while it is told to a restored server again."""
    most = ledger.plays_at_most(username)
    for track_id, count in counts.items():
        said = f"{username}'s track {track_id.hex()} shows {count} plays of at most {most[track_id]}"
        require(count <= most[track_id], "plays count once", said)


def counts_never_go_back_always(before: dict[bytes, int], after: dict[bytes, int]) -> None:
    """A play that was counted stays counted."""
    for track_id, count in before.items():
        now = after.get(track_id, 0)
        require(now >= count, LAW, f"track {track_id.hex()} showed {count} plays, now {now}")
