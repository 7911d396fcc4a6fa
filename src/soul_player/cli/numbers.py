"""Numbers that people type: ids, digits that a database can hold, and seconds, which end."""

import math
from typing import Any

import click

# What a row of SQLite can have; a longer one names nothing.
ID_MAX = 2**63 - 1
ID = click.IntRange(1, ID_MAX)


class Seconds(click.FloatRange):
    """Those that Python reads beside numbers, `nan` and `inf`, are no time: no comparison with a limit stops them."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401  # click's
        """Or a failure of the line."""
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return float(seconds)


def id_number(text: str) -> int | None:
    """The id, or None for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(ID_MAX))
    return int(text) if is_number and 0 < int(text) <= ID_MAX else None
