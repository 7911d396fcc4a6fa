"""SQL of rules: which tracks are wanted here, by whom, in which quality, and how much they weigh."""

from soul_player.client.library.download_model import Rule, RuleId, RuleKind
from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.quality import StreamQuality

ADD_RULE = """
    INSERT INTO rules (kind, name, query, is_live, weight, budget_bytes, quality, added_at)
    VALUES (:kind, :name, :query, :is_live, :weight, :budget_bytes, :quality, :now_ms)
    RETURNING id
"""

FIND_ASKED = """
    SELECT id
      FROM rules
     WHERE kind = 'asked'
       AND query = :query
"""

RULES = """
    SELECT rules.id, rules.kind, rules.name, rules.query, rules.is_live, rules.weight, rules.budget_bytes,
           rules.quality,
           (SELECT COUNT(*) FROM keeps WHERE keeps.rule_id = rules.id),
           (SELECT COALESCE(SUM(copies.size_bytes), 0)
              FROM copies
             WHERE copies.id IN (SELECT copy_id FROM keeps WHERE keeps.rule_id = rules.id))
      FROM rules
     ORDER BY rules.kind = 'asked', rules.weight DESC, rules.id
"""

SET_QUALITY = """
    UPDATE rules
       SET quality = :quality
     WHERE id = :rule_id
"""

CHANGE_RULE = """
    UPDATE rules
       SET name = :name, query = :query, is_live = :is_live, weight = :weight, budget_bytes = :budget_bytes,
           quality = :quality
     WHERE id = :rule_id
"""

REMOVE_RULE = """
    DELETE FROM rules
     WHERE id = :rule_id
"""


async def add_rule(library: Writer, rule: Rule, *, now_ms: int) -> RuleId:
    """Its own id is not looked at."""
    row = await library.one(
        ADD_RULE,
        kind=rule.kind.value,
        name=rule.name,
        query=rule.query,
        is_live=int(rule.is_live),
        weight=rule.weight,
        budget_bytes=rule.budget_bytes,
        quality=rule.quality.value,
        now_ms=now_ms,
    )
    assert row is not None
    return RuleId(row[0])


async def find_asked(library: Reader, query: str) -> RuleId | None:
    """What was asked for by these words before."""
    row = await library.one(FIND_ASKED, query=query)
    return None if row is None else RuleId(row[0])


async def all_rules(library: Reader) -> list[Rule]:
    """The weightiest first, then what was asked for."""
    return [_rule(row) for row in await library.all(RULES)]


async def change_rule(library: Writer, rule: Rule) -> None:
    """All that a person says of it; its kind stays."""
    await library.run(
        CHANGE_RULE,
        rule_id=rule.id,
        name=rule.name,
        query=rule.query,
        is_live=int(rule.is_live),
        weight=rule.weight,
        budget_bytes=rule.budget_bytes,
        quality=rule.quality.value,
    )


async def set_quality(library: Writer, rule_id: RuleId, quality: StreamQuality) -> None:
    """In which what it wants is fetched from now on."""
    await library.run(SET_QUALITY, rule_id=rule_id, quality=quality.value)


async def remove_rule(library: Writer, rule_id: RuleId) -> None:
    """What only it kept may be evicted from now on."""
    await library.run(REMOVE_RULE, rule_id=rule_id)


def _rule(row: Row) -> Rule:
    return Rule(
        id=RuleId(row[0]),
        kind=RuleKind(row[1]),
        name=row[2],
        query=row[3],
        is_live=bool(row[4]),
        weight=row[5],
        budget_bytes=row[6],
        quality=StreamQuality(row[7]),
        tracks=row[8],
        size_bytes=row[9],
    )
