"""`soul doctor`: is everything on this machine and in this home as it should be? Check, result, fix, a line each."""

import asyncio
import os
from collections.abc import Callable, Sequence

from soul_player.cli.checks.findings import Finding, Verdict, problem
from soul_player.cli.checks.home import database_findings, disk_space, home_permissions
from soul_player.cli.checks.machine import ffmpeg, keyring, python_version, sqlite_version
from soul_player.cli.checks.network import source_findings
from soul_player.cli.checks.server import server_findings
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output, table


def run(flags: Flags) -> int:
    """Looks, and changes nothing; exit code 1 when something has to be fixed."""
    output = Output(flags)
    findings = [*_of_machine(), *_of_home(flags), *_of_sources(flags)]
    output.record({"checks": [finding.record() for finding in findings]})
    rows = [(_sign(finding.verdict), finding.check, finding.result, finding.fix) for finding in findings]
    for line in table(rows, headings=("", "check", "result", "fix")):
        output.result(line)
    return ExitCode.FAILED if any(finding.verdict is Verdict.PROBLEM for finding in findings) else ExitCode.OK


def _of_machine() -> Sequence[Finding]:
    checks: tuple[Callable[[], Finding], ...] = (python_version, sqlite_version, ffmpeg, keyring)
    return [check() for check in checks]


def _of_home(flags: Flags) -> Sequence[Finding]:
    home = flags.home
    return [
        home_permissions(home),
        disk_space(home),
        *database_findings(home, os.environ),
        *server_findings(home, os.environ),
    ]


def _of_sources(flags: Flags) -> Sequence[Finding]:
    """A library that cannot be opened names no sources: that is one more finding, not the end of the doctor."""
    try:
        return asyncio.run(source_findings(flags))
    except CommandFailed as failure:
        return [problem("sources", failure.message, fix=failure.hint)]


def _sign(verdict: Verdict) -> str:
    return {Verdict.GOOD: "ok", Verdict.WARNING: "note", Verdict.PROBLEM: "BAD"}[verdict]
