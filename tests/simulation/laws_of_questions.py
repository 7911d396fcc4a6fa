"""The laws of questions: each conflict is asked about exactly once, and no edit goes without being asked about."""

import sqlite3

from soul_player.protocol.ids import id_text
from tests.simulation.laws import require
from tests.simulation.laws_of_edits import SERVER_PLAYLISTS, Pending, user_id
from tests.simulation.ledger import Ledger
from tests.simulation.views import LibraryView

LAW = "each conflict is asked once"
QUESTIONS = "SELECT id, kind, subject, answer IS NULL FROM questions WHERE kind LIKE 'playlist%' ORDER BY id"
# A conflict that nobody is asked about would wait for ever.
UNASKED = """
    SELECT group_key, operation, reason
      FROM sync_queue
      JOIN sources ON sources.id = sync_queue.source_id AND sources.account_id = sync_queue.account_id
     WHERE state = 'needs_you'
       AND in_overlay = 1
       AND reason IN ('playlist_deleted', 'playlist_changed')
       AND NOT EXISTS (SELECT 1
                         FROM questions
                        WHERE questions.answer IS NULL
                          AND questions.source_id = sync_queue.source_id
                          AND questions.kind = sync_queue.reason
                          AND questions.subject = sync_queue.group_key)
"""


def no_conflict_is_asked_twice_always(device_name: str, device: LibraryView, ledger: Ledger) -> None:
    """One question for each time that somebody deleted the playlist, or that a restore took it away."""
    found = device.all(QUESTIONS)
    is_open = [(kind, subject) for _, kind, subject, is_open in found if is_open]
    require(len(is_open) == len(set(is_open)), LAW, f"open at once: {sorted(is_open)}")
    for question_id, kind, subject, _ in found:
        asked = ledger.asked[device_name, kind, subject]
        asked.add(question_id)
        causes = ledger.causes(subject, device_name if kind == "playlist_changed" else None)
        said = f"{kind} of {subject} was asked {len(asked)} times on {device_name}, there were {causes} causes"
        require(len(asked) <= causes, LAW, said)


def every_conflict_is_asked_about_always(device: LibraryView) -> None:
    """An operation that waits for a decision has a question that waits for it too."""
    unasked = device.all(UNASKED)
    require(unasked == [], LAW, f"never asked: {unasked[:3]}")


def nobody_s_edit_is_lost_unasked_in_the_end(
    store: sqlite3.Connection, username: str, ledger: Ledger, pending: Pending
) -> None:
    """What was added to a playlist that others deleted without having seen it: somebody was asked."""
    alive = {bytes(row[0]) for row in store.execute(SERVER_PLAYLISTS, (user_id(store, username),))}
    asked = {subject for _, _, subject in ledger.asked}
    for fact in ledger.of(username, "entry"):
        uid = fact.value
        assert isinstance(uid, bytes)
        deletions = [one for one in ledger.deletions if (one.user, one.uid) == (username, uid)]
        is_unseen = deletions != [] and all(fact.subject not in one.seen for one in deletions)
        is_known = fact.is_sure and fact.subject not in pending.entries and username not in ledger.doubled
        is_moot = uid in alive or ledger.is_taken_out(fact) or ledger.blurred[username, "deletion", uid] > 0
        if is_unseen and is_known and not is_moot:
            require(f"p:{id_text(uid)}" in asked, LAW, f"entry {fact.subject.hex()} went with {uid.hex()} unasked")
