"""The server of this home: its folders of music, and a database that is no file."""

import os
from collections.abc import Mapping
from pathlib import Path

from soul_player.cli.checks.findings import Finding, good, problem, warning
from soul_player.database.errors import DatabaseError
from soul_player.server import ConfigError, ServerConfig, examine_postgres, read_config


def server_findings(home: Path, environment: Mapping[str, str]) -> list[Finding]:
    """Nothing where no server was ever set up; settings that cannot be read are told by the databases' checks."""
    try:
        config = read_config(home, environment=environment)
    except ConfigError:
        return []
    findings = [_folder(folder) for folder in config.music]
    if config.database_url.startswith(("postgresql://", "postgres://")):
        findings += _postgres(config)
    return findings


def _folder(folder: Path) -> Finding:
    """Missing, it is most likely not mounted: a scan then holds back, and clients keep what they have."""
    check = f"music {folder}"
    if not folder.is_dir():
        return problem(check, "is not there", fix="mount it, or: soul config set server.music DIR")
    if not os.access(folder, os.R_OK | os.X_OK):
        return problem(check, "cannot be read by this user", fix=f"chmod or chown {folder}")
    try:
        is_empty = next(iter(os.scandir(folder)), None) is None
    except OSError as error:
        return problem(check, f"cannot be read: {error.strerror}", fix="look at the disk")
    return warning(check, "is empty", fix="is it mounted?") if is_empty else good(check, "can be read")


def _postgres(config: ServerConfig) -> list[Finding]:
    check = "server database"
    try:
        found = examine_postgres(config)
    except DatabaseError as error:
        return [problem(check, str(error), fix="is it running, and is server.database right?")]
    findings = [good(check, f"PostgreSQL {found.version} answers")]
    if found.applied > found.known:
        result = f"{found.applied}, this program knows {found.known}"
        findings.append(problem("server schema", result, fix="install a newer Soul Player"))
    elif found.applied < found.known:
        result = f"{found.applied} of {found.known}: the next start brings it up to date"
        findings.append(good("server schema", result))
    else:
        findings.append(good("server schema", str(found.applied)))
    if found.needs > found.connections_max:
        result = f"PostgreSQL allows {found.connections_max}, {config.workers} processes may take {found.needs}"
        findings.append(warning("connections", result, fix="raise max_connections, or lower server.workers"))
    return findings
