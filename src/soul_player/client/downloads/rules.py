"""Rules of the user: which tracks are kept on this device by themselves, with a preview before they are made."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from soul_player.client.downloads.strategies import Evaluated, affordable, condition_of, evaluate, room_of_rules
from soul_player.client.errors import RuleInvalid, RuleNotFound
from soul_player.client.events import DownloadQueued, Events
from soul_player.client.library.download_lists import Match, matching
from soul_player.client.library.download_model import Rule, RuleId, RuleKind
from soul_player.client.library.download_tasks import note_change
from soul_player.client.library.keeps import set_kept
from soul_player.client.library.rules import add_rule, all_rules, change_rule, remove_rule
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality

NAME_CHARS_MAX = 100
WEIGHT_MAX = 1_000


@dataclass(frozen=True)
class RulePreview:
    """What a rule would keep: all of it, what is here already, what is to be fetched, and what is beyond its room.

    `left_bytes`: of the budget; None where there is none.
    """

    tracks: int
    size_bytes: int
    here: int
    here_bytes: int
    fetched: int
    fetched_bytes: int
    beyond_budget: int
    left_bytes: int | None


class Rules:
    """The built-in ones too: they can be switched off, and removed."""

    def __init__(self, library: Database, events: Events, clock: Clock, *, zone: tzinfo, limit_bytes: int) -> None:
        self._library = library
        self._events = events
        self._clock = clock
        self._zone = zone
        self._limit_bytes = limit_bytes

    def set_limit(self, limit_bytes: int) -> None:
        """Of all that they keep together, from the next evaluation on."""
        self._limit_bytes = limit_bytes

    async def list(self) -> list[Rule]:
        """The weightiest first, then what was asked for by hand."""
        return await self._library.read(all_rules)

    async def find(self, name_or_id: str) -> Rule:
        """Of those that are automatic. Raises `RuleNotFound`."""
        for rule in await self.list():
            is_named = name_or_id == str(rule.id) or name_or_id.casefold() == rule.name.casefold()
            if rule.kind is not RuleKind.ASKED and is_named:
                return rule
        raise RuleNotFound(f"there is no rule {name_or_id}", hint="soul rule list shows them")

    async def preview(
        self, query: str, *, budget_bytes: int | None = None, quality: StreamQuality = StreamQuality.ORIGINAL
    ) -> RulePreview:
        """What it would keep now. Raises `RuleInvalid`."""
        condition = condition_of(query, now_ms=self._clock.now_ms(), zone=self._zone)
        matches = await self._library.read(matching, condition)
        room_bytes = await self._library.read(room_of_rules, limit_bytes=self._limit_bytes)
        return preview_of(matches, budget_bytes=budget_bytes, room_bytes=room_bytes, quality=quality)

    async def add(
        self,
        name: str,
        query: str,
        *,
        weight: int = 50,
        budget_bytes: int | None = None,
        quality: StreamQuality = StreamQuality.ORIGINAL,
        is_on: bool = True,
    ) -> Rule:
        """Raises `RuleInvalid`. What it keeps is fetched from now on."""
        rule = Rule(
            RuleId(0), RuleKind.OWN, name.strip(), query,
            is_live=is_on, weight=weight, budget_bytes=budget_bytes, quality=quality,
        )  # fmt: skip
        self._check(rule)
        rule_id = await self._library.write(_add, rule, now_ms=self._clock.now_ms())
        await self.evaluate()
        return replace(rule, id=rule_id)

    async def change(self, rule: Rule) -> Rule:
        """All that may differ: a built-in one keeps its name and its query. Raises `RuleInvalid`, `RuleNotFound`.

        Switched off, it keeps nothing: what only it kept stays until room is needed, and what waited for it is no
        longer fetched.
        """
        rule = replace(rule, name=rule.name.strip())
        self._check(rule)
        changed = await self._library.write(_change, rule)
        await self.evaluate()
        return changed

    def _check(self, rule: Rule) -> None:
        if not 0 < len(rule.name) <= NAME_CHARS_MAX:
            raise RuleInvalid(f"a rule's name has 1 to {NAME_CHARS_MAX} characters")
        if not 1 <= rule.weight <= WEIGHT_MAX:
            raise RuleInvalid(f"a rule weighs 1 to {WEIGHT_MAX}, not {rule.weight}")
        if rule.budget_bytes is not None and rule.budget_bytes <= 0:
            raise RuleInvalid("a rule's budget is a number of bytes")
        condition_of(rule.query, now_ms=self._clock.now_ms(), zone=self._zone)

    async def remove(self, rule_id: RuleId) -> None:
        """What only it kept may be evicted, and is not deleted."""
        await self._library.write(_remove, rule_id)
        await self.evaluate()

    async def evaluate(self) -> Evaluated:
        """Look at every rule again: after a sync, and when plays or playlists have changed."""
        evaluated = await evaluate(
            self._library, now_ms=self._clock.now_ms(), zone=self._zone, limit_bytes=self._limit_bytes
        )
        if evaluated.queued:
            self._events.emit(DownloadQueued(evaluated.queued))
        return evaluated


def preview_of(
    matches: Sequence[Match], *, budget_bytes: int | None, room_bytes: int, quality: StreamQuality
) -> RulePreview:
    """Pure: as if it were the only rule. It has its own budget, and never more than there is for all."""
    here = [match for match in matches if match.is_here]
    limit_bytes = room_bytes if budget_bytes is None else min(budget_bytes, room_bytes)
    chosen = affordable(matches, budget_bytes=limit_bytes, quality=quality)
    fetched = [match.bytes_in(quality) for match in chosen if not match.is_here]
    return RulePreview(
        tracks=len(matches),
        size_bytes=sum(match.size_bytes if match.is_here else match.bytes_in(quality) for match in matches),
        here=len(here),
        here_bytes=sum(match.size_bytes for match in here),
        fetched=len(fetched),
        fetched_bytes=sum(fetched),
        beyond_budget=sum(match.status != "local_file" for match in matches) - len(chosen),
        left_bytes=None if budget_bytes is None else limit_bytes - sum(one.bytes_in(quality) for one in chosen),
    )


async def _add(library: Writer, rule: Rule, *, now_ms: int) -> RuleId:
    await _check_name(library, rule)
    return await add_rule(library, rule, now_ms=now_ms)


async def _change(library: Writer, rule: Rule) -> Rule:
    known = next((one for one in await all_rules(library) if one.id == rule.id), None)
    if known is None or known.kind is RuleKind.ASKED:
        raise RuleNotFound(f"there is no rule with the id {rule.id}")
    if known.kind is RuleKind.BUILT_IN and (rule.name, rule.query) != (known.name, known.query):
        raise RuleInvalid(
            f"{known.name} is built in: what it is called and means stays", hint="make a rule of your own"
        )
    await _check_name(library, rule)
    await change_rule(library, rule)
    if not rule.is_live:
        await set_kept(library, rule.id, [])
    await note_change(library)
    return replace(rule, kind=known.kind)


async def _remove(library: Writer, rule_id: RuleId) -> None:
    await remove_rule(library, rule_id)
    await note_change(library)


async def _check_name(library: Writer, rule: Rule) -> None:
    for other in await all_rules(library):
        if other.kind is not RuleKind.ASKED and other.id != rule.id and other.name.casefold() == rule.name.casefold():
            raise RuleInvalid(f"there is a rule named {other.name} already", hint="give it another name")
