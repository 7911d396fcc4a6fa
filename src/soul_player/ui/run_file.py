"""`run.json` in the home: where the running process answers, and the token that other programs send it."""

from pathlib import Path

import msgspec

from soul_player.private_files import write_private

RUN_FILE = "run.json"


class RunFile(msgspec.Struct, frozen=True):
    """`url`: of the local API. Only the owner of the home can read it."""

    pid: int
    url: str
    token: str
    version: str


def write_run_file(home: Path, run: RunFile) -> None:
    """Whole or not at all, and never readable for others, not even for a moment."""
    write_private(home / RUN_FILE, msgspec.json.encode(run))


def read_run_file(home: Path) -> RunFile | None:
    """None: no process has left one, or it is none."""
    try:
        return msgspec.json.decode((home / RUN_FILE).read_bytes(), type=RunFile)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def remove_run_file(home: Path, run: RunFile) -> None:
    """If it is still this one: another process may have taken over."""
    if read_run_file(home) == run:
        (home / RUN_FILE).unlink(missing_ok=True)
