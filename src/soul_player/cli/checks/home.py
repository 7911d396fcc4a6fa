"""The home: who may read it, how much room there is, and whether its databases are whole and of a known schema."""

import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from soul_player.cli.checks.findings import Finding, good, problem, warning
from soul_player.cli.words import size
from soul_player.client import LIBRARY_FILE, library_migrations
from soul_player.database.sqlite_errors import is_full, is_writable
from soul_player.server import ConfigError, read_config, store_migrations

FREE_BYTES_LOW = 1_000_000_000
FREE_BYTES_NONE = 50_000_000

APPLIED = "SELECT COALESCE(MAX(number), 0) FROM schema_migration"


def home_permissions(home: Path) -> Finding:
    """It holds keys and tokens: only its owner may look in."""
    if not home.exists():
        return good("home", f"{home} is not there yet: the first command makes it")
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        return problem("home", f"{home} cannot be written by this user", fix=f"chown or chmod {home}")
    mode = home.stat().st_mode & 0o777
    if mode & 0o077:
        return warning("home", f"{home} can be read by others (mode {mode:o})", fix=f"chmod 700 {home}")
    return good("home", f"{home}, for its owner only")


def disk_space(home: Path) -> Finding:
    """Of the disk that the home is, or will be, on."""
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    if free < FREE_BYTES_NONE:
        return problem("disk", f"{size(free)} free", fix="make room: nothing can be written any more soon")
    if free < FREE_BYTES_LOW:
        return warning("disk", f"{size(free)} free", fix="make room")
    return good("disk", f"{size(free)} free")


def database_findings(home: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Of the server's store and the client's library, where they are there."""
    findings = []
    try:
        url = read_config(home, environment=environment).database_url
    except ConfigError as error:
        findings.append(problem("settings", str(error), fix="soul config set, or edit the file"))
        url = ""
    if url.startswith("sqlite:///"):
        findings += _database("server", Path(url.removeprefix("sqlite:///")), len(store_migrations()))
    return [*findings, *_database("client", home / LIBRARY_FILE, len(library_migrations()))]


def _database(program: str, path: Path, known: int) -> list[Finding]:
    """Read only, so that looking changes nothing."""
    check, schema = f"{program} database", f"{program} schema"
    if not path.exists():
        return [good(check, "not there: this home has no " + ("server" if program == "server" else "library"))]
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5.0)) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                return [problem(check, f"{path}: {verdict}", fix="soul restore FILE")]
            (applied,) = connection.execute(APPLIED).fetchone()
    except sqlite3.DatabaseError as error:
        if is_full(path):
            # Even to read it SQLite wants a little room beside it, and says of its lack only that something is wrong.
            return [problem(check, f"{path} cannot be checked on a full disk", fix="make room: nothing is lost")]
        if not is_writable(path):
            return [problem(check, f"{path} cannot be written by this user", fix=f"chown or chmod {path}")]
        return [problem(check, f"{path}: {error}", fix="soul restore FILE")]
    whole = good(check, f"{path} is whole, {size(path.stat().st_size)}")
    if applied > known:
        return [whole, problem(schema, f"{applied}, this program knows {known}", fix="install a newer Soul Player")]
    if applied < known:
        return [whole, good(schema, f"{applied} of {known}: the next start brings it up to date")]
    return [whole, good(schema, str(applied))]
