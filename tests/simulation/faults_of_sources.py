"""Small faults of one library from many sources: caught by the worlds of two servers."""

from tests.simulation.fault import CLIENT, STORE, Fault
from tests.simulation.plan_of_sources import CLOSE_SEEDS

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
        "_say",
        "for account, remote_id, held in accounts:",
        "for account, remote_id, held in accounts[:1]:",
    ),
    Fault(
        "an entry that its server lacks forgets its place",
        CLIENT + "edits.entries",
        "_add",
        "if local_id is not None and anchor is UNSET:",
        "if False:",
        also=(
            Fault("", CLIENT + "library.batches", "let_go", 'if fields["type"] == "entry.add":', "if False:"),
            Fault("", CLIENT + "library.held_entries", "places_kept", "found.append(", "str("),
        ),
    ),
    Fault(
        "an entry that waits stands before what was put before it",
        CLIENT + "library.held_entries",
        "places_kept",
        "found.append(",
        "str(",
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
    Fault(
        "what comes back under a new id is something new",
        CLIENT + "library.returns",
        "decide_returns",
        "found: dict[int, Lost] = {}",
        "return {}",
    ),
    Fault(
        "what a restored server tells under other ids is something new",
        CLIENT + "library.renamed_tracks",
        "bind_renamed",
        "found = decide_returns(lost, came)",
        "found = {}",
    ),
    Fault(
        "what is told anew is matched before it is known again",
        CLIENT + "dedupe.entries",
        "WAITING",
        "AND sweep_owed = 1",
        "AND sweep_owed = 9",
        first_seed=CLOSE_SEEDS,
    ),
    Fault(
        "tracks of a rebuilt server are matched before their hashes are told",
        CLIENT + "dedupe.entries",
        "WAITING",
        "AND is_former = 1",
        "AND is_former = 9",
    ),
    Fault(
        "a restored server is not told again",
        CLIENT + "library.resets",
        "OFFER_AGAIN",
        "AND set_aside_by IS NULL",
        "AND 0",
    ),
    Fault(
        "that a person parted two is forgotten",
        CLIENT + "dedupe.persons",
        "take_out",
        "await _refuse_rest(library, own, await _track_of_entry(library, neighbours[0]), now_ms=now_ms)",
        "pass",
    ),
    Fault(
        "after a split one of the two shows the plays of both",
        CLIENT + "dedupe.references",
        "return_references",
        "for one in (track_id, leaving.track_id):",
        "for one in (leaving.track_id,):",
    ),
    Fault(
        "a split leaves the other's favourite where it was carried",
        CLIENT + "library.told_marks",
        "mark_wrong",
        "if await library.run(MARK_WRONG, track_id=track_id, other_track_id=other_track_id):",
        "if False:",
    ),
    Fault(
        "who comes to hold a recording is told nothing",
        CLIENT + "edits.telling",
        "tell_everywhere",
        "await where_to_tell(library)",
        "[]",
        also=(Fault("", CLIENT + "edits.telling", "tell_marks", "if account is None:", "if True:"),),
    ),
    Fault(
        "an answer that is taken back stays done",
        CLIENT + "edits.merge_answers",
        "_take_back",
        'await split(library, kept["link"])',
        "pass",
    ),
    Fault(
        "words are compared in one direction only",
        CLIENT + "dedupe.decide",
        "compare",
        "if entry.source_id == other.source_id:",
        "if entry.source_id >= other.source_id:",
    ),
    Fault(
        "what comes back stays hidden",
        CLIENT + "library.track_sources",
        "_update",
        "if row[5] == AvailabilityStatus.UNAVAILABLE:",
        "if False:",
    ),
    Fault(
        "a copied home is not noticed by either server",
        "soul_player.server.accept.batch",
        "_confirmed",
        "raise DeviceCloned",
        "pass",
    ),
    Fault(
        "what one person plays is counted for the other",
        STORE + "user_feeds",
        "USER_DATA",
        "marks.user_id = :user_id AND marks.track_id",
        "marks.track_id",
    ),
)
