"""Which part of a library a person looks at: what plays without a network, one source's, favourites. Pure."""

from soul_player.client.library.browse import SHOWN
from soul_player.client.library.model import Condition, SourceId

# What plays with every server down, whatever the sources say of it.
OFFLINE = Condition("status IN ('local_file', 'cached')")
ON_THIS_DEVICE = Condition("status = 'local_file'")
FAVOURITES = Condition(
    "status <> 'unavailable' AND tracks.id IN (SELECT track_id FROM marks WHERE marks.favourite = 1)"
)


def of_source(source_id: SourceId) -> Condition:
    """What this source can give now."""
    return Condition(
        """tracks.id IN (SELECT track_id FROM track_sources
                          WHERE source_id = :filter_source AND track_sources.status <> 'unavailable')""",
        {"filter_source": source_id},
    )


def both(one: Condition, other: Condition) -> Condition:
    """What holds to the two; `SHOWN` adds nothing to a narrower one. Their names must differ."""
    if one == SHOWN:
        return other
    if other == SHOWN:
        return one
    assert not set(one.values) & set(other.values), (one.values, other.values)
    return Condition(f"({one.sql}) AND ({other.sql})", {**one.values, **other.values})
