"""The two forms of the log: one line an event, whatever is in it."""

import io
import json
import logging

import pytest

from soul_player.server.observing.logs import FIELDS, set_up_logs
from tests.server.observing.test_requests import log_kept

log = logging.getLogger("soul_player.server")


def test_json_lines_hold_whatever_is_told() -> None:
    with log_kept("info") as said:
        log.info("found %d files in %r", 3, b"caf\xe9", extra={FIELDS: {"a": 1, "nothing": None, "path": b"x"}})
        log.debug("not told")
        try:
            int("broken\nin two")
        except ValueError:
            log.exception("it failed")
    first, second = [json.loads(line) for line in said.getvalue().splitlines()]
    assert first["message"] == "found 3 files in b'caf\\xe9'"
    assert (first["level"], first["logger"], first["a"], first["path"]) == ("info", "soul_player.server", 1, "b'x'")
    assert "nothing" not in first
    assert first["time"].endswith("Z")
    assert second["exception"].startswith("Traceback")
    assert second["exception"].endswith(r"'broken\nin two'")


def test_a_line_of_text_is_one_line_and_commands_no_terminal() -> None:
    """A file's name, or a tag, may hold anything."""
    with log_kept("info", "text") as said:
        log.warning("unreadable: %s", "a\nb\x1b[2Jc", extra={FIELDS: {"path": 'x y "z"', "count": 2}})
    (line,) = said.getvalue().splitlines()
    assert line.partition(" ")[2] == 'WARNING unreadable: a\\nb\\x1b[2Jc path="x y \\"z\\"" count=2'


@pytest.mark.parametrize(("level", "count"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_levels(level: str, count: int) -> None:
    with log_kept(level) as said:
        for each in ("debug", "info", "warning", "error"):
            getattr(log, each)("x")
    assert len(said.getvalue().splitlines()) == count


def test_a_worker_says_which_one_it_is() -> None:
    before = logging.root.handlers[:], logging.root.level
    said = io.StringIO()
    try:
        set_up_logs("info", "json", worker=2, stream=said)
        log.info("x")
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)
    assert json.loads(said.getvalue())["worker"] == 2
