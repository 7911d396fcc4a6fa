"""Ids that people type: digits that a database can hold."""

import click

# What a row of SQLite can have; a longer one names nothing.
ID_MAX = 2**63 - 1
ID = click.IntRange(1, ID_MAX)


def id_number(text: str) -> int | None:
    """The id, or None for what is none."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(ID_MAX))
    return int(text) if is_number and 0 < int(text) <= ID_MAX else None
