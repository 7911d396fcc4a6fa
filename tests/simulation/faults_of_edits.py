"""Small faults of edits and of what becomes of them, on both sides."""

from tests.simulation.fault import CLIENT, STORE, Fault

ACCEPT = "soul_player.server.accept."

FAULTS_OF_EDITS = (
    Fault(
        "an operation is not looked for before it is applied",
        ACCEPT + "batch",
        "_accept_once",
        "stored = final.get(op_id) or await find_result(edit.store, edit.user_id, op_id)",
        "stored = final.get(op_id)",
    ),
    Fault(
        "an anchor is lost",
        ACCEPT + "placing",
        "_anchor",
        "return (entry.position, key(after)) if",
        "return _START if",
    ),
    Fault(
        "user data of everybody",
        STORE + "user_feeds",
        "USER_DATA",
        "marks.user_id = :user_id AND marks.track_id",
        "marks.track_id",
    ),
    Fault(
        "an acknowledgement is not held against the history",
        STORE + "eras",
        "Standing.holds",
        "return self.is_known and",
        "return True or",
    ),
    Fault("a batch without an answer is forgotten", CLIENT + "sync.push", "Push.drain", "if unanswered:", "if False:"),
    Fault(
        "what is blocked is taken for done",
        CLIENT + "library.settling",
        "_Settling.one",
        "await self._block(row, result)",
        "await self._settle(row, result)",
    ),
    Fault(
        "an edit is no longer shown once it is answered",
        CLIENT + "library.settling",
        "_Settling._settle",
        "if result.seq is not None and await self._is_known(row, result.seq):",
        "if True:",
    ),
    Fault(
        "removed entries stay",
        CLIENT + "library.user_pages",
        "store_playlists",
        "await remove_row(library, account, entry_id, touched)",
        "pass",
    ),
    Fault(
        "what was settled is not offered again",
        CLIENT + "library.resets",
        "OFFER_AGAIN",
        "AND state = 'settled'",
        "AND state = 'forgotten'",
    ),
    Fault(
        "commits are not synced",
        "soul_player.database.sqlite",
        "connect",
        "'FULL' if durable else 'OFF'",
        "'OFF'",
    ),
)
