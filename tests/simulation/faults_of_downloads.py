"""Small faults of downloads: caught by the worlds whose devices keep music."""

from tests.simulation.fault import CLIENT, Fault

DOWNLOADS = CLIENT + "downloads."
LIBRARY = CLIENT + "library."

FAULTS_OF_DOWNLOADS = (
    Fault(
        "a file is not synced before its row",
        DOWNLOADS + "disk",
        "Part.finish",
        "self._disk.make_durable(self.path)",
        "pass",
    ),
    Fault(
        "the name of a file is not synced",
        DOWNLOADS + "settle",
        "Settler._make_durable",
        "self._disk.make_names_durable(self._places.copies)",
        "pass",
    ),
    Fault(
        "what an earlier run left is believed",
        DOWNLOADS + "transfer",
        "Transfer._finished",
        "if not is_right:",
        "if not is_right and not was_resumed:",
    ),
    Fault(
        "what a person asked for is evicted",
        LIBRARY + "copies",
        "EVICTABLE",
        "WHERE is_asked = 0",
        "WHERE is_asked >= 0",
        also=(Fault("", DOWNLOADS + "room", "STILL_UNASKED", "rules.kind = 'asked'", "rules.kind = 'nobody'"),),
    ),
    Fault("what is open is evicted", DOWNLOADS + "room", "Room._evict", "if sha256 not in self._open:", "if True:"),
    Fault("the budget is passed over", DOWNLOADS + "room", "decide", "if missing <= 0:", "if True:"),
    Fault(
        "a new id is fetched again",
        LIBRARY + "copy_links",
        "link_page",
        "if ids and await library.one(ANY_COPY) is not None:",
        "if False:",
        also=(Fault("", DOWNLOADS + "attempt", "Attempts._found", "if rank is not None and", "if False and"),),
    ),
    Fault(
        "what was under way stays so after the end of its process",
        LIBRARY + "download_steps",
        "INTERRUPTED",
        "WHERE state IN ('active', 'waiting')",
        "WHERE state = 'waiting'",
    ),
    Fault(
        "beginnings of nothing stay",
        DOWNLOADS + "upkeep",
        "Upkeep._reconcile_parts",
        "await asyncio.to_thread(self._disk.remove, self._places.parts / name)",
        "pass",
    ),
    Fault(
        "a wish does not know what serves it",
        LIBRARY + "copy_links",
        "KEEP",
        "SET copy_id = :copy_id",
        "SET copy_id = NULLIF(:copy_id, :copy_id)",
    ),
    Fault(
        "what a sync failed on is gone on with",
        DOWNLOADS + "disk",
        "Part._lost_unless_synced",
        "self._disk.remove(self.path)",
        "pass",
    ),
    Fault(
        "a found file is not made durable",
        DOWNLOADS + "upkeep",
        "Upkeep._adopt",
        "await asyncio.to_thread(self._make_durable, path)",
        "pass",
    ),
    Fault(
        "what was made of an original is taken for it",
        DOWNLOADS + "settle",
        "_new_copy",
        "quality=StreamQuality.ORIGINAL if is_original else received.quality,",
        "quality=StreamQuality.ORIGINAL,",
    ),
    Fault(
        "what is worse than it was asked for will do",
        DOWNLOADS + "attempt",
        "Attempts._found",
        "if rank is not None and _GOODNESS[copy.quality] >= _GOODNESS[task.quality]:",
        "if rank is not None:",
    ),
    Fault(
        "another quality is fetched though it is here",
        DOWNLOADS + "wishes",
        "is_wanted",
        'return match.status == "cached" and quality is StreamQuality.ORIGINAL and not match.is_original',
        'return match.status == "cached" and not match.is_original',
        also=(Fault("", DOWNLOADS + "attempt", "Attempts._found", "if rank is not None and", "if False and"),),
    ),
    Fault(
        "a picture is not synced before its row",
        DOWNLOADS + "pictures",
        "Pictures._write",
        "self._disk.make_durable(part)",
        "pass",
    ),
    Fault(
        "the name of a picture is not synced",
        DOWNLOADS + "pictures",
        "Pictures._write",
        "self._disk.make_names_durable(target.parent)",
        "pass",
    ),
    Fault(
        "pictures pass over their budget",
        LIBRARY + "pictures",
        "trim_pictures",
        "while total > limit_bytes:",
        "while False:",
    ),
    Fault(
        "a picture that could not be had with its track is never brought",
        DOWNLOADS + "pictures",
        "Pictures._bring_missing",
        "for artwork_id, source_id, track_id in missing:",
        "for artwork_id, source_id, track_id in []:",
    ),
)
