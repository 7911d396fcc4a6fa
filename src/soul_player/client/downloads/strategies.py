"""What rules keep on this device: looked at again after each sync, within their budgets and the whole limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from soul_player.client.errors import RuleInvalid
from soul_player.client.library.copies import storage
from soul_player.client.library.copy_links import link_joined
from soul_player.client.library.download_lists import Match, matching
from soul_player.client.library.download_model import Rule, RuleId, RuleKind
from soul_player.client.library.download_tasks import follow_merges, note_change
from soul_player.client.library.download_upkeep import queue_missing
from soul_player.client.library.keeps import (
    forget_unwanted_tasks,
    keeps_follow_recordings,
    set_kept,
)
from soul_player.client.library.model import Condition, LocalTrackId
from soul_player.client.library.query.parse import QuerySyntaxError, parse
from soul_player.client.library.query.sql import condition as query_condition
from soul_player.client.library.query.terms import shown
from soul_player.client.library.rules import all_rules
from soul_player.database.access import Database, Reader, Writer
from soul_player.protocol.quality import StreamQuality

# Rules fill the room up to here; the rest is for what comes by being heard, so that nothing has to go at once.
FILLED_SHARE = 0.9
TRACKS_PER_RULE_MAX = 20_000

# Where the tracks of a built-in rule can be at all: with it, a rule costs what it finds, not the whole library.
WITHIN: Mapping[str, str] = {
    "recently played": "tracks.id IN (SELECT track_id FROM marks WHERE last_played_at IS NOT NULL)",
    "high play count": "tracks.id IN (SELECT track_id FROM marks WHERE play_count > 0)",
    "playlists": """tracks.id IN (SELECT track_id FROM playlist_entries WHERE track_id IS NOT NULL
                                   UNION
                                  SELECT source.track_id
                                    FROM playlist_entries entry
                                    JOIN playlists ON playlists.id = entry.playlist_id
                                    JOIN track_sources source ON source.source_id = playlists.source_id
                                                             AND source.remote_id = entry.remote_track_id)""",
}


@dataclass(frozen=True)
class Evaluated:
    """How many tracks are kept by rules, and how many of them are to be fetched."""

    kept: int
    queued: tuple[LocalTrackId, ...]


def plan(found: Sequence[tuple[Rule, Sequence[Match]]], *, room_bytes: int) -> dict[RuleId, list[LocalTrackId]]:
    """Pure: which tracks each rule keeps. Each has its own budget; the weightiest tracks fill the room of all.

    A track that several rules want weighs what they weigh together, and takes its room once. What a person asked for
    is kept whatever its size: the room that is left is for the others.
    """
    within: dict[RuleId, list[Match]] = {}
    weights: dict[LocalTrackId, int] = {}
    sizes: dict[LocalTrackId, int] = {}
    for rule, matches in found:
        within[rule.id] = affordable(matches, budget_bytes=rule.budget_bytes, quality=rule.quality)
        for match in within[rule.id]:
            weights[match.track_id] = weights.get(match.track_id, 0) + rule.weight
            # It is fetched in the best quality that any of them wants.
            sizes[match.track_id] = max(sizes.get(match.track_id, 0), match.bytes_in(rule.quality))
    asked = {match.track_id for rule, _ in found if rule.kind is RuleKind.ASKED for match in within[rule.id]}
    # Stable: among equals, the order in which the rules found them.
    by_weight = sorted((track_id for track_id in weights if track_id not in asked), key=lambda one: -weights[one])
    kept, left = set(asked), room_bytes
    for track_id in by_weight:
        if sizes[track_id] <= left:
            kept.add(track_id)
            left -= sizes[track_id]
    return {
        rule_id: [match.track_id for match in matches if match.track_id in kept] for rule_id, matches in within.items()
    }


def condition_of(query: str, *, now_ms: int, zone: tzinfo) -> Condition:
    """The tracks that a rule's query names now. Raises `RuleInvalid`, which says where it is wrong."""
    try:
        parsed = shown(parse(query))
    except QuerySyntaxError as error:
        raise RuleInvalid(
            f"{error.message}, at character {error.position + 1} of the query", hint=error.hint or None
        ) from error
    return query_condition(parsed, now_seconds=now_ms // 1000, zone=zone)


async def evaluate(library: Database, *, now_ms: int, zone: tzinfo, limit_bytes: int) -> Evaluated:
    """What leaves a rule may be evicted, and is not deleted; what a rule wants and is not here is queued."""
    await library.write(_follow)
    live = [rule for rule in await library.read(all_rules) if rule.is_live]
    found = [(rule, await library.read(_matches, rule, now_ms=now_ms, zone=zone)) for rule in live]
    planned = plan(found, room_bytes=await library.read(room_of_rules, limit_bytes=limit_bytes))
    queued = await library.write(_apply, planned, now_ms=now_ms)
    return Evaluated(len({track_id for tracks in planned.values() for track_id in tracks}), tuple(queued))


async def room_of_rules(library: Reader, *, limit_bytes: int) -> int:
    """What all of them together may fill, besides what a person asked for."""
    return max(0, round(limit_bytes * FILLED_SHARE) - (await storage(library)).kept_bytes)


async def _matches(library: Reader, rule: Rule, *, now_ms: int, zone: tzinfo) -> list[Match]:
    condition = condition_of(rule.query, now_ms=now_ms, zone=zone)
    within = WITHIN.get(rule.name, "1") if rule.kind is RuleKind.BUILT_IN else "1"
    return await matching(library, condition, within=within, count=TRACKS_PER_RULE_MAX)


async def _follow(library: Writer) -> None:
    await keeps_follow_recordings(library)
    await follow_merges(library)
    await link_joined(library)


async def _apply(
    library: Writer, planned: Mapping[RuleId, Sequence[LocalTrackId]], *, now_ms: int
) -> list[LocalTrackId]:
    known = {rule.id for rule in await all_rules(library) if rule.is_live}
    for rule_id, track_ids in planned.items():
        # One may have been removed or switched off while the others were looked at.
        if rule_id in known:
            await set_kept(library, rule_id, track_ids)
    forgotten = await forget_unwanted_tasks(library)
    queued = await queue_missing(library, now_ms=now_ms)
    if forgotten or queued:
        await note_change(library)
    return queued


def affordable(matches: Sequence[Match], *, budget_bytes: int | None, quality: StreamQuality) -> list[Match]:
    """Pure: in their order, as far as the budget goes. Files of the user's own take no room, and are not among them."""
    chosen: list[Match] = []
    left = budget_bytes
    for match in matches:
        if match.status == "local_file":
            continue
        if left is not None:
            size_bytes = match.bytes_in(quality)
            if size_bytes > left:
                continue
            left -= size_bytes
        chosen.append(match)
    return chosen
