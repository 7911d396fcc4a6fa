"""Small faults of the feed of tracks, on both sides: what a tired programmer might write."""

from tests.simulation.fault import CLIENT, STORE, Fault

FAULTS = (
    Fault(
        "the cursor is saved before its page",
        CLIENT + "sync.pull",
        "Pull._write",
        "            committed =",
        "            import soul_player.client.library.sync_state as states\n"
        "            await self._library.write(states.save_sync_state, after)\n"
        "            committed =",
    ),
    Fault(
        "the cursor is saved with the wrong page",
        CLIENT + "sync.pull",
        "_after",
        "cursor=page.next_cursor",
        "cursor=state.cursor",
    ),
    Fault("an idle client ignores the era", CLIENT + "sync.pull", "_is_idle", "and state.era == heads.era", "and True"),
    Fault(
        "an idle client ignores the head",
        CLIENT + "sync.pull",
        "_is_idle",
        "and state.head == heads.heads.get(LIBRARY_SCOPE, 0)",
        "and True",
    ),
    Fault(
        "the sweep is forgotten after the first page",
        CLIENT + "sync.pull",
        "_after",
        "sweep_owed=state.sweep_owed if page.has_more else 0",
        "sweep_owed=0",
    ),
    Fault("nothing is swept", CLIENT + "library.pages", "commit_page", "if sweeps:", "if False:"),
    Fault(
        "deletions are not noted",
        CLIENT + "library.pages",
        "commit_page",
        "await note_deletions(library, state.source_id, split_ids(page.deleted_ids))",
        "pass",
    ),
    Fault(
        "later rows do not override deletions",
        CLIENT + "library.pages",
        "commit_page",
        "await override_deletions(library, state.source_id, split_ids(page.ids))",
        "pass",
    ),
    Fault(
        "a mass deletion is believed at once", CLIENT + "library.deletions", "decide", "return Hold()", "return Apply()"
    ),
    Fault("a reset keeps the run", CLIENT + "library.sync_state", "RESET", "run = run + 1", "run = run"),
    Fault(
        "a reset keeps the positions that were known",
        CLIENT + "library.track_sources",
        "store_tracks",
        "elif row[3] != run or track.seq > row[4]:",
        "elif track.seq > row[4]:",
    ),
    Fault(
        "a track that comes again stays unavailable",
        CLIENT + "library.track_sources",
        "UPDATE",
        "WHEN path IS NULL THEN 'stream_only'",
        "WHEN path IS NULL THEN 'unavailable'",
    ),
    Fault(
        "a changed track is shown as it was",
        CLIENT + "library.track_sources",
        "_update",
        "await show_again(library, shown_anew)",
        "pass",
    ),
    Fault(
        "a changed track is found by its old words",
        CLIENT + "library.track_sources",
        "_update",
        "await remove_words(library, shown_anew)",
        "pass",
    ),
    Fault("the server ignores eras", STORE + "eras", "Standing.holds", "return self.is_known and", "return True or"),
    Fault("an era is said to begin later", STORE + "eras", "MINT_STARTS", ":era, seq", ":era, seq + 5"),
    Fault("a lone start begins no era", STORE + "open", "open_store", "joined.was_alone or new_era", "new_era"),
    Fault("expired cursors are served", STORE + "feed", "check", "if floor_seq >", "if 0 > 1 + "),
    Fault("a purge raises no floor", STORE + "changes", "RAISE_FLOOR", "floor_seq < :floor_seq", "floor_seq < 0"),
    Fault(
        "a page that is not the last jumps to the head",
        STORE + "feed",
        "advance",
        "return Cursor(cursor.feed, cursor.scope, era, last, seen, cursor.base), True",
        "return Cursor(cursor.feed, cursor.scope, era, head, seen, cursor.base), True",
    ),
    Fault("a page leaves out its first position", STORE + "feed", "LATER_TRACKS", "seq > :after", "seq > :after + 1"),
    Fault("tombstones are not told", STORE + "feed", "_incremental_tracks", "deleted.append(entity_id)", "pass"),
    Fault(
        "what comes back stays a tombstone",
        STORE + "changes",
        "RECORD",
        "deleted = excluded.deleted",
        "deleted = sync_change.deleted",
    ),
    Fault(
        "a changed entity keeps its position",
        STORE + "changes",
        "RECORD",
        "SET seq = excluded.seq",
        "SET seq = sync_change.seq",
    ),
)
