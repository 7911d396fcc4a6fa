"""What docs/operating.md gives people to copy is true: units, commands, metrics, and other programs' configuration."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from soul_player.cli.parser import soul as command_line
from tests.conftest import not_here, run
from tests.server.api.sockets import listening, signed_in
from tests.server.api.test_metrics import TOKEN, operation, scraped
from tests.server.in_process import house
from tests.server.observing.test_requests import log_kept, requests_of
from tests.server.running import running_server

TEXT = (Path(__file__).parents[1] / "docs" / "operating.md").read_text("utf-8")
VALUE = "{value}"


def blocks(language: str) -> list[str]:
    """The code blocks of one language."""
    return re.findall(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)


def units() -> list[configparser.ConfigParser]:
    """The systemd units, in the order of the page."""
    found = []
    for block in blocks("ini"):
        unit = configparser.ConfigParser(interpolation=None, strict=True)
        unit.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's names have capitals
        unit.read_string(block)
        found.append(unit)
    return found


def kind_of(unit: configparser.ConfigParser) -> str:
    """By what is in it."""
    return "timer" if "Timer" in unit else "service"


def invocations() -> list[list[str]]:
    """The arguments of every `soul ...` that the page shows: in units, in blocks and in running text."""
    lines = [line for block in re.findall(r"```\w*\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines()]
    lines += re.findall(r"`(soul [^`]+)`", re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL))
    found = []
    for line in lines:
        match = re.search(r"(?:^|/bin/|\bexec \S*/)soul((?: .*)?)$", line.strip().rstrip("'"))
        if match is not None:
            found.append(shlex.split(re.sub(r"\$\([^)]*\)", VALUE, match[1]).replace('"{value}"', VALUE)))
    return found


def parsed(arguments: list[str]) -> click.Command:
    """What click makes of it, without running anything. Raises for a flag or a command that there is not."""
    command: click.Command = command_line
    context = command.make_context("soul", list(arguments))
    while isinstance(command, click.Group):
        name, child, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert child is not None, name
        command, context = child, child.make_context(name, rest, parent=context, resilient_parsing=False)
    return command


def test_every_command_that_is_shown_can_be_typed() -> None:
    shown = invocations()
    assert len(shown) > 15
    wrong = {}
    for arguments in shown:
        try:
            parsed(arguments)
        except click.UsageError as error:
            wrong[" ".join(arguments)] = error.format_message()
    # A command's name alone, in running text, lacks what it must be given.
    lacking = re.compile("Missing|requires an argument")
    assert {line: why for line, why in wrong.items() if lacking.search(why) is None} == {}


def test_a_flag_that_is_none_would_be_noticed() -> None:
    with pytest.raises(click.UsageError, match="No such option"):
        parsed(["--home", "x", "serve", "--wings"])


def test_the_server_is_locked_in_and_says_when_it_is_ready() -> None:
    """`Type=notify` is spoken (tests/server/listening/test_service_manager.py)."""
    server, client, *_ = (unit["Service"] for unit in units() if kind_of(unit) == "service")
    assert server["Type"] == "notify"
    assert int(server["WatchdogSec"]) > 0
    for name, value in {
        "NoNewPrivileges": "yes", "ProtectSystem": "strict", "StateDirectory": "soul", "StateDirectoryMode": "0700",
        "UMask": "0077", "KillMode": "mixed", "CapabilityBoundingSet": "",
    }.items():  # fmt: skip
        assert server[name] == value, name
    assert "/var/lib/soul" in server["ExecStart"], "the one folder that it may write to"
    assert int(server["TimeoutStopSec"]) > 10 + 5, "server.stop_seconds, and what the supervisor adds"
    assert client["SuccessExitStatus"] == "130"
    assert client["NoNewPrivileges"] == "yes"
    assert all("Install" in unit for unit in units() if kind_of(unit) == "timer")


def systemd_analyze() -> str:
    """Where it is."""
    return shutil.which("systemd-analyze") or not_here(
        "systemd reads the units with systemd-analyze, which is not here: CI=true make systemd installs it"
    )


def test_systemd_itself_takes_the_units(tmp_path: Path) -> None:
    """Every name and every value in them."""
    analyze = systemd_analyze()
    for number, unit in enumerate(units()):
        for section in unit.values():
            for name in [name for name in section if name.startswith("Exec")]:
                # The program is not installed where the page has it.
                section[name] = re.sub(r"^\S+", "/bin/true", section[name])
            section.pop("User", None)
        path = tmp_path / f"soul-{number}.{kind_of(unit)}"
        if kind_of(unit) == "timer":
            unit["Timer"]["Unit"] = "soul-0.service"
        with path.open("w") as file:
            unit.write(file, space_around_delimiters=False)
        done = subprocess.run(
            [analyze, "verify", "--recursive-errors=no", "--man=no", path], capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        ours = [line for line in done.stderr.splitlines() if path.name in line]
        assert ours == [], done.stderr


def test_systemd_calls_the_exposure_of_the_server_low(tmp_path: Path) -> None:
    """Below 2 of 10, which it calls OK; a bare service has 9."""
    path = tmp_path / "soul.service"
    path.write_text(next(block for block in blocks("ini") if "Type=notify" in block))
    done = subprocess.run(
        [systemd_analyze(), "security", "--offline=true", "--threshold=20", "--no-pager", path],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


async def all_metrics(home: Path) -> set[tuple[str, ...]]:
    """The name and the labels of everything that a server exports once all has happened to it."""
    async with running_server(home, metrics_token=TOKEN) as running, signed_in(running) as phone:
        await running.server.scanner.scan()
        async with listening(phone) as ear:
            await ear.next()
        await phone.post("/api/sync/push", {"device_id": "phone", "operations": [operation(1)]})
        headers = {"Authorization": f"Bearer {phone.token}"}
        async with phone.http.get(running.url + "/api/sync/tracks", headers=headers) as answer:
            assert answer.status == 200
        async with phone.http.get(running.url + "/metrics", headers=headers) as answer:
            text = await answer.text()
    found = set()
    for line in text.splitlines():
        match = re.match(r"([a-z_]+)(?:\{(.*?)\})? [-\d.e+naif]+$", line)
        if match is not None:
            labels = sorted(set(re.findall(r'(\w+)="', match[2] or "")) - {"le"})
            found.add((re.sub(r"_(bucket|sum|count|created)$", "", match[1]), *labels))
    return found


def test_the_metrics_are_those_of_the_table(tmp_path: Path) -> None:
    """Each with its labels; none that is not there, none that is left out; and the alerts ask for no other."""
    section = TEXT.partition("### Metrics")[2].partition("\n## ")[0]
    told = {
        (name, *sorted(re.findall(r"`(\w+)`", labels)))
        for names, labels in re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \| (.*?) \|", section, re.MULTILINE)
        for name in re.findall(r"`([a-z_]+)`", names)
    }
    exported = run(all_metrics(tmp_path))
    assert {metric for metric in exported if metric[0].startswith("soul_")} == told
    names = {metric[0] for metric in told}
    asked = set(re.findall(r"\b(soul_[a-z_]+)\b", "".join(blocks("yaml"))))
    assert asked - names - {"soul_lines"} == set()


def test_what_is_to_be_copied_for_other_programs_can_be_read() -> None:
    """YAML that parses, braces that close, and what a socket and a stream need of a proxy."""
    read: list[Any] = [yaml.safe_load(block) for block in blocks("yaml")]
    assert [min(one) for one in read] == ["sinks", "rule_files", "groups"]
    assert read[1]["scrape_configs"][0]["authorization"]["credentials_file"]
    nginx, caddy = "".join(blocks("nginx")), "".join(blocks("caddy"))
    for config in (nginx, caddy):
        assert config.count("{") == config.count("}") > 0
    for line in ("proxy_buffering off;", 'proxy_set_header Connection "upgrade";', "proxy_http_version 1.1;"):
        assert line in nginx
    assert "flush_interval -1" in caddy


def test_the_line_of_the_log_has_the_fields_of_the_example(tmp_path: Path) -> None:
    (example,) = [block for block in blocks("json") if '"logger"' in block]

    async def story() -> dict[str, Any]:
        async with house(tmp_path) as it:
            device = await it.sign_in()
            with log_kept("info") as said:
                await it.ask("GET", "/api/sync/heads", token=device.access_token)
            (line,) = requests_of(said)
            return line

    assert list(run(story())) == list(json.loads(example))


def test_the_scraper_of_the_tests_reads_what_prometheus_would(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path, metrics_token=TOKEN) as it:
            assert (await scraped(it))["soul_ready",] == 1

    run(story())
