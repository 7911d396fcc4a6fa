"""The documentation is true: routes, commands, settings, fields and files are those of the program; the tour runs."""

import os
import re
import shlex
import signal
import socket
import subprocess
import time
from pathlib import Path

import click
import pytest

from soul_player.cli.config import programs
from soul_player.cli.demo.albums import SONGS
from soul_player.cli.demo.music import make_library
from soul_player.cli.exit_codes import ExitCode
from soul_player.cli.parser import soul as command_line
from soul_player.client.library.query.fields import CHOICES, FIELDS
from soul_player.protocol.problem import ProblemCode
from soul_player.server.config import ServerConfig
from tests.cli.programs import SOUL, environment

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
# One or more methods, then a path with what may follow it.
ROUTE = (
    r"((?:GET|POST|DELETE)(?:\|(?:GET|POST|DELETE))*) +"
    r"(/(?:api/|metrics)[^·{\s]*(?:\{\w+\}[^·\s{]*)?[^·{]*)"
)
PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def page(name: str) -> str:
    """Its text."""
    return (DOCS / name).read_text("utf-8")


def served_routes() -> set[tuple[str, str]]:
    """The route table itself, read without starting a server."""
    table = (ROOT / "src/soul_player/server/api/routes.py").read_text("utf-8")
    found = set(re.findall(r'Route\("([A-Z]+)", "(/[^"]*)"', table))
    assert len(found) > 15, "the route table is written in another way: this test reads nothing"
    return {(method, nameless(path)) for method, path in found}


def documented_routes(text: str | None = None) -> set[tuple[str, str]]:
    """Every method and path in the protocol's code blocks, in all the ways in which it lists several on a line."""
    protocol = page("protocol.md") if text is None else text
    found: set[tuple[str, str]] = set()
    for block in re.findall(r"```\n(.*?)```", protocol, re.DOTALL):
        for full_line in block.splitlines():
            line = re.sub(r"\[[^\]]*\]", "", full_line)
            for methods, paths in re.findall(ROUTE, line):
                for path in alternatives(paths):
                    found |= {(method, nameless(path)) for method in methods.split("|")}
    return found


def alternatives(paths: str) -> list[str]:
    """`/api/sync/tracks|playlists` and `/api/auth/refresh | logout` are several paths."""
    words = re.split(r"\s*\|\s*", paths.split("  ", maxsplit=1)[0].strip())
    first = words[0].split(" ", maxsplit=1)[0].split("?", maxsplit=1)[0]
    stem = first.rpartition("/")[0]
    return [first, *(f"{stem}/{word.split(' ')[0]}" for word in words[1:])]


def nameless(path: str) -> str:
    """`/api/tracks/{id}` and `/api/tracks/{track_id}` are one."""
    return re.sub(r"\{\w+\}", "{}", path)


def test_every_route_is_in_the_protocol() -> None:
    """Under its own method."""
    assert served_routes() - documented_routes() == set()


def test_what_is_not_served_is_said_to_be_so() -> None:
    """Nothing is promised that is not there, but in the section that says so; and nothing stands there that is."""
    later = documented_routes(page("protocol.md").partition("## 10. Not served yet")[2])
    assert documented_routes() - served_routes() == later


def test_the_routes_of_the_local_api_are_those_of_its_table() -> None:
    """docs/local-api.md names each of them, and no other."""
    table = "".join(path.read_text("utf-8") for path in sorted((ROOT / "src/soul_player/ui/api").glob("*routes.py")))
    served = set(re.findall(r'Route\(\s*"([A-Z]+)",\s*"(/[^"]*)"', table))
    assert len(served) == table.count(" Route(") + table.count("(Route("), (
        "the route table is written in another way: some are not read"
    )
    section = page("local-api.md").partition("## Routes")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z]+) (/[^`]+)` \|", section, re.MULTILINE)) == served


def test_every_problem_code_of_the_protocol_exists() -> None:
    """The codes that the protocol names are those of the closed list."""
    named = set(re.findall(r"`((?:cursor|ack|mass|device|track|invalid)_[a-z_]+)`", page("protocol.md")))
    known = {code.value for code in ProblemCode}
    assert {"cursor_invalid", "cursor_expired", "track_gone"} <= named
    assert {code for code in named if code not in known} <= {"device_name", "device_id", "track_sources"}


def commands(command: click.Command, path: tuple[str, ...] = ("soul",)) -> dict[str, click.Command]:
    """Every command that can be run, by its full name."""
    if not isinstance(command, click.Group):
        return {" ".join(path): command}
    found: dict[str, click.Command] = {}
    for name, child in command.commands.items():
        found |= commands(child, (*path, name))
    return found


@pytest.mark.parametrize(("name", "command"), commands(command_line).items(), ids=str)
def test_every_command_and_its_flags_are_documented(name: str, command: click.Command) -> None:
    """In the table of docs/commands.md."""
    rows = [line for line in page("commands.md").splitlines() if f"`{name}" in line]
    assert rows, name
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.expose_value:
            assert parameter.opts[0] in " ".join(rows), (name, parameter.opts)


def test_every_setting_is_documented_with_its_variable() -> None:
    """In the table of docs/operating.md; and nothing that is no setting."""
    text = page("operating.md")
    known = {
        f"{program.name}.{key}": program.prefix + key.upper()
        for program in programs().values()
        for key in program.kinds
    }
    assert {name for name, variable in known.items() if f"`{name}`" not in text or f"`{variable}`" not in text} == set()
    named = set(re.findall(r"`((?:server|client)\.(?!db|toml|lock)[a-z_]+)`", text))
    assert named - set(known) == set()
    assert ServerConfig(home=Path("x")).port == 8420, "the default that the pages name"


def test_every_field_of_a_query_is_documented() -> None:
    """In docs/commands.md."""
    text = page("commands.md").partition("## Queries")[2]
    aliases = {"albumartist", "favorite", "genres"}
    assert {name for name in FIELDS if name not in aliases and f"`{name}`" not in text} == set()
    for choices in CHOICES.values():
        assert {choice for choice in choices if f"`{choice}`" not in text} == set()


def test_every_exit_code_is_documented() -> None:
    """The closed list."""
    text = page("commands.md").partition("## Exit codes")[2]
    assert {code for code in ExitCode if f"| {code.value} |" not in text} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_file_that_a_page_names_exists(path: Path) -> None:
    """Links, and paths in backquotes."""
    text = path.read_text("utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if link and not (path.parent / link).exists()] == []
    named = re.findall(r"`((?:src|tests|docs|benchmarks)/[^`\s]+)`", text)
    # Results of measurements are made, not kept.
    made = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    assert [name for name in named if not (ROOT / name).exists() and f"/{name}" not in made] == []


def test_the_walks_name_many_files() -> None:
    """Otherwise the test above could pass over an empty page."""
    assert len(set(re.findall(r"`(src/[^`\s]+)`", page("architecture.md")))) > 30


def test_headings_that_are_linked_to_exist() -> None:
    """`operating.md#settings`."""
    for path in PAGES:
        for link in re.findall(r"\]\(([^)]+#[^)]+)\)", path.read_text("utf-8")):
            target, _, heading = link.partition("#")
            headings = re.findall(r"^#+ (.+)$", (path.parent / target).read_text("utf-8"), re.MULTILINE)
            assert heading in [title.lower().replace(" ", "-") for title in headings], link


# The tour -----------------------------------------------------------------------------------------------------------


def tour() -> list[tuple[str, list[str]]]:
    """Each command of the README's tour, with the lines that it is said to print."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


# What differs from run to run and from machine to machine.
VARYING = (
    (r"^\d+ +(?=\S.*stream_only)", "ID "),
    # A server hears its files in the background: which of them it has heard by then differs.
    (r", \d+ updated, (\d+) deleted", r", SOME updated, \1 deleted"),
    (r"\(\d+\.\d s\)", "(TIME)"),
    (r"\(\d+ requests?, [\d.]+ \w+, \d+\.\d s\)", "(COST)"),
    (r"http://127\.0\.0\.1:\d+", "ADDRESS"),
    (r"[\d.]+ [kMGT]?B free", "ROOM free"),
    (r"/\S*/(server|laptop)\b", r"HOME/\1"),
)


def steady(line: str) -> str:
    """A line without what varies."""
    for pattern, word in VARYING:
        line = re.sub(pattern, word, line)
    return line


def told(lines: list[str]) -> list[str]:
    """What does not vary. How often progress is told depends on how fast the machine is."""
    return [steady(line) for line in lines if not re.fullmatch(r"  \w+: [\d,]+( / [\d,]+ \(\d+%\))?", line)]


def test_the_tour_of_the_readme_prints_what_it_says(tmp_path: Path) -> None:
    """Command by command, with the real program, on the demo's music."""
    make_library(tmp_path / "music", SONGS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    settings = environment(
        PATH=f"{SOUL.parent}{os.pathsep}{os.environ['PATH']}", SOUL_SERVER_PORT=port, SOUL_SERVER_LOG_LEVEL="info"
    )
    steps = tour()
    assert len(steps) >= 12
    server: subprocess.Popen[bytes] | None = None
    log = tmp_path / "log.txt"
    log_read = 0
    try:
        for command, expected in steps:
            line = command.replace("8420", port)
            if line.endswith(" &"):
                said = tmp_path / "said.txt"
                with said.open("wb") as stream, log.open("wb") as log_stream:
                    server = subprocess.Popen(
                        shlex.split(line.removesuffix(" &")), cwd=tmp_path, env=settings, stdout=stream,
                        stderr=log_stream, stdin=subprocess.DEVNULL,
                    )  # fmt: skip
                printed = lines_when_there(said, len(expected))
            else:
                done = subprocess.run(
                    ["bash", "-c", line], cwd=tmp_path, env=settings, stdin=subprocess.DEVNULL, timeout=60, check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )  # fmt: skip
                printed = done.stdout.decode().splitlines()
            if server is not None and any(map(SCANNED.search, printed)):
                logged = log.read_text("utf-8")
                printed, log_read = counted_together(printed, logged[log_read:]), len(logged)
            assert told(printed) == told(expected), command
    finally:
        if server is not None:
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0


SCANNED = re.compile(r"(?<=added )(\d+), updated (\d+), moved (\d+), removed (\d+)")


def counted_together(printed: list[str], logged: str) -> list[str]:
    """What a scan by hand found, and the server's own before it: on a busy machine its watcher may be the quicker one.

    Each change is found by one of them, and by one only.
    """
    own = [found for line in logged.splitlines() if "scanned:" in line for found in SCANNED.findall(line)]

    def together(match: re.Match[str]) -> str:
        added, updated, moved, removed = (sum(map(int, each)) for each in zip(match.groups(), *own, strict=True))
        return f"{added}, updated {updated}, moved {moved}, removed {removed}"

    return [SCANNED.sub(together, line) for line in printed]


def test_what_the_watcher_found_first_is_counted_with_what_the_scan_found() -> None:
    """Otherwise the tour would fail on a machine where the one overtakes the other; and nothing is counted for it."""
    overtaken = "added 0, updated 0, moved 0, removed 1, unreadable 0 (0.1 s)"
    log = "INFO scanned: added 0, updated 0, moved 1, removed 0, unreadable 0 (0.1 s)\nINFO GET /api/health: 200\n"
    whole = "added 0, updated 0, moved 1, removed 1, unreadable 0 (0.1 s)"
    assert counted_together(["Scanning...", overtaken], log) == ["Scanning...", whole]
    assert counted_together([whole], "") == [whole]
    assert counted_together([overtaken], "") == [overtaken]


def lines_when_there(said: Path, count: int) -> list[str]:
    """What a process in the background has said, once it is so much."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        lines = said.read_text("utf-8").splitlines()
        if len(lines) >= count:
            return lines
        time.sleep(0.05)
    raise AssertionError(said.read_text("utf-8"))
