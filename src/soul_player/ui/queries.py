"""The text of a query -> which tracks; a fault in it says where it is."""

from datetime import datetime
from http import HTTPStatus

from soul_player.client import Condition, QuerySyntaxError, is_only_words, parse_query, query_condition, shown
from soul_player.edges import Clock
from soul_player.ui.problems import Refused


def condition_of(text: str, clock: Clock) -> Condition:
    """The tracks that a query names; no text names all that are shown. Raises `Refused`."""
    try:
        query = shown(parse_query(text))
    except QuerySyntaxError as error:
        raise bad_query(error) from error
    # Days are those of the listener.
    zone = datetime.now().astimezone().tzinfo
    assert zone is not None
    return query_condition(query, now_seconds=clock.now_ms() // 1_000, zone=zone)


def is_query(text: str) -> bool:
    """Whether what somebody types says more than words. What is no query (yet) is words."""
    try:
        return not is_only_words(parse_query(text))
    except QuerySyntaxError:
        return False


def bad_query(error: QuerySyntaxError) -> Refused:
    """422, with the place of the fault."""
    return Refused(
        HTTPStatus.UNPROCESSABLE_ENTITY, "query_syntax", error.message, hint=error.hint or None, position=error.position
    )
