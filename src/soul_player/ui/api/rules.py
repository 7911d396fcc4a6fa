"""`/api/rules`: what is kept on this device by itself, with a preview before a rule is made."""

from typing import Annotated

import msgspec

from soul_player.client import Client, Rule, RuleId, RuleKind, RuleNotFound, parts_of
from soul_player.edges import Clock
from soul_player.protocol.quality import StreamQuality
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.queries import condition_of

MISSING = "rule_not_found"

QueryText = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Budget = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]


class RuleRow(msgspec.Struct, frozen=True):
    """`kind`: `built_in`, `own`, or `asked` for what was asked for by hand. `tracks`, `bytes`: what it keeps now.

    `is_live`: it is looked at again after each sync; one that was not asked for is switched on.
    """

    id: int
    kind: str
    name: str
    query: str
    is_live: bool
    weight: int
    budget_bytes: int | None
    quality: StreamQuality
    tracks: int
    bytes: int


class RuleList(msgspec.Struct, frozen=True):
    """The weightiest first, then what was asked for by hand."""

    rules: tuple[RuleRow, ...]


class RulePreviewQuery(msgspec.Struct, frozen=True):
    """A rule that is not made yet."""

    query: QueryText
    budget_bytes: Budget | None = None
    quality: StreamQuality = StreamQuality.ORIGINAL


class Condition(msgspec.Struct, frozen=True):
    """A part of a query. `group`: of those in one group all hold, and one group is enough. `field`: empty for words.

    `start`, `end`: characters of the query. `value`: `4..`, `-30d..`, `yes`, or the text looked for; `is_whole`:
    it is all of the field.
    """

    group: int
    start: int
    end: int
    is_not: bool
    field: str
    value: str
    is_whole: bool


class RulePlan(msgspec.Struct, frozen=True):
    """All that it would keep, what of it is here already, what would be fetched, and what is beyond its room.

    `left_bytes`: of the budget; null without one. `conditions`: the query, part by part.
    """

    tracks: int
    bytes: int
    here: int
    here_bytes: int
    fetched: int
    fetched_bytes: int
    beyond_budget: int
    left_bytes: int | None
    conditions: tuple[Condition, ...]


class NewRule(msgspec.Struct, frozen=True):
    """`weight`: against other rules, when room is short. `is_on`: else it keeps nothing."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    query: QueryText
    weight: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 50
    budget_bytes: Budget | None = None
    quality: StreamQuality = StreamQuality.ORIGINAL
    is_on: bool = True


class RuleRoutes:
    """Parses and answers; `client.downloads.rules` does it."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self._rules = client.downloads.rules
        self._clock = clock

    async def all(self, call: Call) -> Answer:  # noqa: ARG002  # a route's signature
        """Every rule, and what it keeps now."""
        return message_answer(RuleList(tuple(_row(one) for one in await self._rules.list())))

    async def preview(self, call: Call) -> Answer:
        """What a rule would keep."""
        asked = call.query(RulePreviewQuery)
        # A fault in it is told with its place.
        condition_of(asked.query, self._clock)
        plan = await self._rules.preview(asked.query, budget_bytes=asked.budget_bytes, quality=asked.quality)
        return message_answer(
            RulePlan(
                tracks=plan.tracks,
                bytes=plan.size_bytes,
                here=plan.here,
                here_bytes=plan.here_bytes,
                fetched=plan.fetched,
                fetched_bytes=plan.fetched_bytes,
                beyond_budget=plan.beyond_budget,
                left_bytes=plan.left_bytes,
                conditions=tuple(msgspec.convert(parts_of(asked.query), list[Condition], from_attributes=True)),
            )
        )

    async def add(self, call: Call) -> Answer:
        """Keep these tracks on this device by itself, from now on."""
        asked = await call.message(NewRule)
        condition_of(asked.query, self._clock)
        rule = await self._rules.add(
            asked.name,
            asked.query,
            weight=asked.weight,
            budget_bytes=asked.budget_bytes,
            quality=asked.quality,
            is_on=asked.is_on,
        )
        return message_answer(_row(rule), status=201)

    async def change(self, call: Call) -> Answer:
        """All of it anew; a built-in one keeps its name and its query."""
        rule_id = call.path_id("rule_id", missing=MISSING)
        asked = await call.message(NewRule)
        condition_of(asked.query, self._clock)
        rule = await self._rules.change(
            Rule(
                RuleId(rule_id),
                RuleKind.OWN,
                asked.name,
                asked.query,
                is_live=asked.is_on,
                weight=asked.weight,
                budget_bytes=asked.budget_bytes,
                quality=asked.quality,
            )
        )
        return message_answer(_row(rule))

    async def remove(self, call: Call) -> Answer:
        """Remove a rule; what only it kept stays until room is needed."""
        rule_id = call.path_id("rule_id", missing=MISSING)
        rule = next((one for one in await self._rules.list() if one.id == rule_id), None)
        if rule is None or rule.kind is RuleKind.ASKED:
            raise RuleNotFound(f"there is no rule with the id {rule_id}")
        await self._rules.remove(rule.id)
        return no_content()


def _row(rule: Rule) -> RuleRow:
    return RuleRow(
        id=rule.id,
        kind=rule.kind.value,
        name=rule.name,
        query=rule.query,
        is_live=rule.is_live,
        weight=rule.weight,
        budget_bytes=rule.budget_bytes,
        quality=rule.quality,
        tracks=rule.tracks,
        bytes=rule.size_bytes,
    )
