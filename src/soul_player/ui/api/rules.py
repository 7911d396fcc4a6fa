"""`/api/rules`: what is kept on this device by itself, with a preview before a rule is made."""

from typing import Annotated

import msgspec

from soul_player.client import Client, Rule, RuleKind, RuleNotFound
from soul_player.edges import Clock
from soul_player.ui.api.answers import Answer, message_answer, no_content
from soul_player.ui.api.calls import ID_MAX, Call
from soul_player.ui.queries import condition_of

MISSING = "rule_not_found"

QueryText = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Budget = Annotated[int, msgspec.Meta(ge=1, le=ID_MAX)]


class RuleRow(msgspec.Struct, frozen=True):
    """`kind`: `built_in`, `own`, or `asked` for what was asked for by hand. `tracks`, `bytes`: what it keeps now."""

    id: int
    kind: str
    name: str
    query: str
    is_live: bool
    weight: int
    budget_bytes: int | None
    tracks: int
    bytes: int


class RuleList(msgspec.Struct, frozen=True):
    """The built-in ones, the person's own, then what was asked for by hand."""

    rules: tuple[RuleRow, ...]


class RulePreviewQuery(msgspec.Struct, frozen=True):
    """A rule that is not made yet."""

    query: QueryText
    budget_bytes: Budget | None = None


class RulePlan(msgspec.Struct, frozen=True):
    """All that it would keep, what of it is here already, and what its budget leaves out."""

    tracks: int
    bytes: int
    here: int
    here_bytes: int
    beyond_budget: int


class NewRule(msgspec.Struct, frozen=True):
    """`weight`: against other rules, when room is short."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    query: QueryText
    weight: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 50
    budget_bytes: Budget | None = None


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
        plan = await self._rules.preview(asked.query, budget_bytes=asked.budget_bytes)
        return message_answer(RulePlan(plan.tracks, plan.size_bytes, plan.here, plan.here_bytes, plan.beyond_budget))

    async def add(self, call: Call) -> Answer:
        """Keep these tracks on this device by itself, from now on."""
        asked = await call.message(NewRule)
        condition_of(asked.query, self._clock)
        rule = await self._rules.add(asked.name, asked.query, weight=asked.weight, budget_bytes=asked.budget_bytes)
        return message_answer(_row(rule), status=201)

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
        tracks=rule.tracks,
        bytes=rule.size_bytes,
    )
