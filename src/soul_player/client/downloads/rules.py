"""Rules of the user: which tracks are kept on this device by themselves, with a preview before they are made."""

from dataclasses import dataclass, replace
from datetime import tzinfo

from soul_player.client.downloads.strategies import Evaluated, condition_of, evaluate
from soul_player.client.errors import RuleInvalid, RuleNotFound
from soul_player.client.events import DownloadQueued, Events
from soul_player.client.library.download_lists import matching
from soul_player.client.library.download_model import Rule, RuleId, RuleKind
from soul_player.client.library.download_tasks import note_change
from soul_player.client.library.keeps import add_rule, all_rules, remove_rule
from soul_player.database.access import Database, Writer
from soul_player.edges import Clock

NAME_CHARS_MAX = 100
WEIGHT_MAX = 1_000


@dataclass(frozen=True)
class RulePreview:
    """What a rule would keep: all of it, what is here already, and what its budget leaves out."""

    tracks: int
    size_bytes: int
    here: int
    here_bytes: int
    beyond_budget: int


class Rules:
    """The built-in ones too: they can be removed, and made again like any other."""

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
        """The built-in ones, the user's own, then what was asked for by hand."""
        return await self._library.read(all_rules)

    async def find(self, name_or_id: str) -> Rule:
        """Of those that are automatic. Raises `RuleNotFound`."""
        for rule in await self.list():
            is_named = name_or_id == str(rule.id) or name_or_id.casefold() == rule.name.casefold()
            if rule.kind is not RuleKind.ASKED and is_named:
                return rule
        raise RuleNotFound(f"there is no rule {name_or_id}", hint="soul rule list shows them")

    async def preview(self, query: str, *, budget_bytes: int | None = None) -> RulePreview:
        """What it would keep now. Raises `RuleInvalid`."""
        condition = condition_of(query, now_ms=self._clock.now_ms(), zone=self._zone)
        matches = await self._library.read(matching, condition)
        here = [match for match in matches if match.is_here]
        left, beyond = budget_bytes, 0
        for match in matches:
            if left is not None and match.status != "local_file":
                if match.size_bytes > left:
                    beyond += 1
                else:
                    left -= match.size_bytes
        return RulePreview(
            len(matches),
            sum(match.size_bytes for match in matches),
            len(here),
            sum(match.size_bytes for match in here),
            beyond,
        )

    async def add(self, name: str, query: str, *, weight: int = 50, budget_bytes: int | None = None) -> Rule:
        """Raises `RuleInvalid`. What it keeps is fetched from now on."""
        if not 0 < len(name.strip()) <= NAME_CHARS_MAX:
            raise RuleInvalid(f"a rule's name has 1 to {NAME_CHARS_MAX} characters")
        if not 1 <= weight <= WEIGHT_MAX:
            raise RuleInvalid(f"a rule weighs 1 to {WEIGHT_MAX}, not {weight}")
        if budget_bytes is not None and budget_bytes <= 0:
            raise RuleInvalid("a rule's budget is a number of bytes")
        condition_of(query, now_ms=self._clock.now_ms(), zone=self._zone)
        rule = Rule(
            RuleId(0), RuleKind.OWN, name.strip(), query, is_live=True, weight=weight, budget_bytes=budget_bytes
        )
        rule_id = await self._library.write(_add, rule, now_ms=self._clock.now_ms())
        await self.evaluate()
        return replace(rule, id=rule_id)

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


async def _add(library: Writer, rule: Rule, *, now_ms: int) -> RuleId:
    for other in await all_rules(library):
        if other.kind is not RuleKind.ASKED and other.name.casefold() == rule.name.casefold():
            raise RuleInvalid(f"there is a rule named {other.name} already", hint="remove it first")
    return await add_rule(library, rule, now_ms=now_ms)


async def _remove(library: Writer, rule_id: RuleId) -> None:
    await remove_rule(library, rule_id)
    await note_change(library)
