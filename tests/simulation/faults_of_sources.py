"""Small faults of one library from many sources: caught by the worlds of two servers."""

from tests.simulation.fault import CLIENT, Fault

PUSHING_WHAT_WAS_PULLED = """    await refresh_remote_marks(library, account.source_id, touched)
    from soul_player.client.edits import marks as edits
    from soul_player.client.edits.act import Act
    from soul_player.client.library.marks import TRACK_OF
    from soul_player.edges import SystemRandomness
    from soul_player.protocol.times import time_ms
    for row in page.rows:
        known = await library.one(TRACK_OF, source_id=account.source_id, remote_id=id_bytes(row.track_id))
        if known is not None and row.favourited_at is not None:
            act = Act(time_ms(row.favourited_at), SystemRandomness())
            await edits.set_favourite(library, act, known[0], favourite=row.favourite)"""

FAULTS_OF_SOURCES = (
    Fault(
        "a pulled row is pushed again",
        CLIENT + "library.user_pages",
        "store_user_data",
        "    await refresh_remote_marks(library, account.source_id, touched)",
        PUSHING_WHAT_WAS_PULLED,
    ),
    Fault(
        "a play is told to every server",
        CLIENT + "edits.marks",
        "record_play",
        "    if told is not None:\n        account, remote_id, held = told\n",
        "    for account, remote_id, held in accounts:\n",
    ),
    Fault(
        "a favourite is told to one server",
        CLIENT + "edits.marks",
        "set_favourite",
        "for account, remote_id, held in accounts:",
        "for account, remote_id, held in accounts[:1]:",
    ),
    Fault(
        "the plays of one server are shown, not their sum",
        CLIENT + "library.overlay",
        "shown_marks",
        "sum(part.play_count for part in counted)",
        "max((part.play_count for part in counted), default=0)",
    ),
    Fault(
        "a rebuilt server is not told of plays",
        CLIENT + "library.offers",
        "offer_everything",
        "await offering.plays()",
        "pass",
    ),
    Fault(
        "a rebuilt server is not told of playlists",
        CLIENT + "library.offers",
        "offer_everything",
        "await offering.playlists()",
        "pass",
    ),
)
