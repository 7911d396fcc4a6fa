"""The machine: Python, SQLite, ffmpeg and the keyring."""

import importlib
import platform
import sqlite3
import sys

from soul_player.audio.ffmpeg import FfmpegMissing, find_ffmpeg
from soul_player.cli.checks.findings import Finding, good, problem, warning

# 3.35 brought RETURNING, which every claim of positions uses.
SQLITE_OLDEST = (3, 35, 0)


def python_version() -> Finding:
    """3.11 or newer, or this would not be running: for the report of a fault."""
    return good("python", f"{platform.python_version()} at {sys.executable}")


def sqlite_version() -> Finding:
    """New enough, and with full-text search."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < SQLITE_OLDEST:
        return problem("sqlite", version, fix="use a Python whose SQLite is 3.35 or newer")
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE words USING fts5 (word)")
    except sqlite3.OperationalError as error:
        return problem("sqlite", f"{version} without FTS5: {error}", fix="use a Python whose SQLite has FTS5")
    finally:
        connection.close()
    return good("sqlite", f"{version} with FTS5")


def ffmpeg() -> Finding:
    """Needed for transcoding and for the demo."""
    try:
        return good("ffmpeg", str(find_ffmpeg()))
    except FfmpegMissing as error:
        return warning("ffmpeg", str(error), fix="install ffmpeg; all but transcoding works without it")


def keyring() -> Finding:
    """Where tokens are kept best."""
    try:
        module = importlib.import_module("keyring")
    except ImportError:
        return good("keyring", "not installed: tokens are kept in a file of the home that only its owner reads")
    return good("keyring", str(module.get_keyring()))
