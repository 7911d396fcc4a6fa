"""Every way a command can end: its exit code, and what it says to people and to programs."""

import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from soul_player.cli.parser import soul as command_line
from tests.cli.programs import SOUL, Ran, environment, soul

HELP_SECONDS_MAX = 0.15
COMMANDS = (
    "demo", "serve", "scan", "user", "source", "sync", "status", "list", "search", "show", "doctor", "config",
    "completion", "version", "backup", "restore", "resolve", "playlist", "favourite", "rate", "play",
    "download", "downloads", "rule", "offline", "merge", "split", "ui",
)  # fmt: skip


def every_command(command: click.Command, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The command line's whole tree."""
    found = [path]
    if isinstance(command, click.Group):
        for name, child in command.commands.items():
            found += every_command(child, (*path, name))
    return found


def test_help_comes_before_a_listener_notices() -> None:
    """Under 150 ms of CPU: a command's code is imported only when it runs."""
    spent = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert soul("--help").code == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(spent) < HELP_SECONDS_MAX, spent


def test_help_loads_neither_client_nor_server() -> None:
    """What makes it fast, said once more without a clock."""
    program = (
        "import sys\n"
        "from soul_player.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        "heavy = ('soul_player.client', 'soul_player.server', 'aiohttp', 'uvicorn', 'rich', 'PIL', 'asyncio')\n"
        "sys.stderr.write(' '.join(name for name in heavy if name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, timeout=60)
    assert done.stderr.decode() == ""


def test_every_promised_command_is_there() -> None:
    """The list that scripts and the documentation rely on."""
    assert set(command_line.commands) == set(COMMANDS)


@pytest.mark.parametrize("path", every_command(command_line), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    """And takes the global flags."""
    ran = soul(*path, "--help")
    assert ran.code == 0
    for flag in ("--home", "--json", "--quiet", "--verbose", "--yes"):
        assert flag in ran.out


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("list", "--nonsense"), ("show",), ("serve", "--port", "x"), ("user", "nonsense")]
)
def test_a_line_that_cannot_be_read_is_exit_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    """For people on stderr, with a way on; for programs as JSON on stdout, wherever `--json` stands."""
    told = soul(*arguments, home=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert "--help" in told.err
    for line in ((*arguments, "--json"), ("--json", *arguments)):
        ran = soul(*line, home=tmp_path)
        assert ran.code == 2
        assert ran.err == ""
        error = ran.json()["error"]
        assert set(error) == {"code", "message", "hint"}
        assert error["code"] == "usage"


def test_a_home_that_cannot_be_one_is_a_clear_error(tmp_path: Path) -> None:
    """Not a traceback."""
    (tmp_path / "file").write_text("")
    ran = soul("status", "--json", home=tmp_path / "file")
    assert (ran.code, ran.json()["error"]["code"]) == (1, "home_unusable")


def test_a_file_that_cannot_be_written_is_no_fault_of_the_program(tmp_path: Path) -> None:
    """A folder where nobody writes, something else in the file's place, a disk without room: the file is named."""
    assert soul("status", home=tmp_path).code == 0
    (tmp_path / "ui-password").mkdir()
    set_setting = (SOUL, "--home", tmp_path, "config", "set", "client.page_rows", "7", "--json")
    full = subprocess.run(
        ["bash", "-c", 'ulimit -f 0; exec "$@"', "-", *set_setting], capture_output=True, timeout=60, env=environment(),
        check=False,
    )  # fmt: skip
    for ran, file in (
        (soul("backup", "/proc/backup", "--json", home=tmp_path), "/proc/"),
        (
            soul("ui", "--set-password", "--password-stdin", "--json", home=tmp_path, stdin="night drive 1974\n"),
            f"{tmp_path}/ui-password: ",
        ),
        (Ran(full.returncode, full.stdout.decode(), full.stderr.decode()), f"{tmp_path}/client.toml: "),
    ):
        error = ran.json()["error"]
        assert (ran.code, error["code"]) == (1, "file_unusable"), error
        assert error["message"].startswith(file), error
    assert not (tmp_path / "client.toml").exists()


def test_the_home_may_come_from_the_environment(tmp_path: Path) -> None:
    """`--home` goes before `SOUL_HOME`."""
    soul("status", SOUL_HOME=str(tmp_path / "a"))
    assert (tmp_path / "a" / "library.db").exists()
    soul("status", home=tmp_path / "b", SOUL_HOME=str(tmp_path / "c"))
    assert (tmp_path / "b" / "library.db").exists()
    assert not (tmp_path / "c").exists()


def test_without_either_the_home_is_the_platforms_own(tmp_path: Path) -> None:
    """The usual case of a listener who sets nothing."""
    soul("status", HOME=str(tmp_path), XDG_DATA_HOME=str(tmp_path / "data"))
    assert len(list(tmp_path.rglob("library.db"))) == 1


def test_a_new_home_is_for_its_owner_only(tmp_path: Path) -> None:
    """There will be keys and tokens in it."""
    soul("status", home=tmp_path / "deep" / "home")
    assert (tmp_path / "deep" / "home").stat().st_mode & 0o777 == 0o700


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    """`soul config list | head -1`."""
    piped = subprocess.Popen(
        [SOUL, "--home", tmp_path, "config", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert piped.stdout is not None
    assert piped.stderr is not None
    # Gone before the first line is written.
    piped.stdout.close()
    assert piped.stderr.read() == b""
    assert piped.wait(timeout=60) == 0


def test_the_module_is_the_same_program() -> None:
    """`python -m soul_player`, where no script was installed."""
    done = subprocess.run(
        [sys.executable, "-m", "soul_player", "version"], capture_output=True, check=True, timeout=60, env=environment()
    )
    assert done.stdout.decode() == soul("version").out
