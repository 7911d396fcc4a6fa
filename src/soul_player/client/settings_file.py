"""Change one key of a flat TOML file, and nothing else in it: comments and order stay. Pure, but for the writing."""

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from soul_player.client.errors import ConfigInvalid
from soul_player.private_files import write_private

TomlValue = str | bool | int | float | Sequence[str]


def changed_settings(text: str, key: str, value: TomlValue | None) -> str:
    """The file's text with this key set, or taken out (None). Raises `ConfigInvalid` where only a person can edit."""
    expected = tomllib.loads(text)
    if value is None:
        expected.pop(key, None)
    else:
        expected[key] = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
    line = "" if value is None else f"{key} = {toml_value(value)}\n"
    pattern = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=.*(?:\n|\Z)", re.MULTILINE)
    if pattern.search(text):
        edited = pattern.sub(lambda _: line, text, count=1)
    else:
        edited = text + ("\n" if text and not text.endswith("\n") else "") + line
    # A value over several lines, or a table, is beyond a line's edit: it shows here.
    try:
        is_right = tomllib.loads(edited) == expected
    except tomllib.TOMLDecodeError:
        is_right = False
    if not is_right:
        raise ConfigInvalid(f"{key} is written there in a way that only a person can change")
    return edited


def toml_value(value: TomlValue) -> str:
    """One value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        # JSON's strings are TOML's basic strings, but for DEL, which JSON leaves as it is.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return "[" + ", ".join(toml_value(each) for each in value) + "]"


def write_settings(path: Path, text: str) -> None:
    """In one step, readable by its owner only: a database's address may hold a password."""
    write_private(path, text.encode())
