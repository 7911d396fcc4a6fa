"""Fingerprints by a process: bounded in time and output, ended when nobody waits, of no other file."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from soul_player.audio.fingerprint import FingerprintTool, find_fingerprint_tool, fingerprint_file
from soul_player.audio.source import Stamp
from soul_player.folders.pool import WorkersUnavailable
from soul_player.folders.prints import FingerprintProcesses, NoFingerprint, find_fingerprints
from tests.conftest import run
from tests.makers_tune import tune


def scripted(folder: Path, script: str) -> FingerprintTool:
    """A program in fpcalc's place."""
    program = folder / "fpcalc"
    program.write_text(f"#!{sys.executable}\n{script}\n")
    program.chmod(0o755)
    return FingerprintTool(program, is_fpcalc=True)


def stamp_of(path: Path) -> Stamp:
    return Stamp.of(path.stat())


def test_it_is_the_fingerprint_of_that_file(tmp_path: Path) -> None:
    """The same words as without a process beside, by the tool of this machine."""

    async def body() -> None:
        song = tune(tmp_path / "-i: %d\n.wav", 3)
        tool = find_fingerprint_tool()
        prints = find_fingerprints()
        assert tool is not None
        assert prints is not None
        words = await prints.of_file(bytes(tmp_path), os.fsencode(song.name), stamp_of(song))
        assert words == fingerprint_file(tool, bytes(song))

    run(body())


def test_another_file_than_was_asked_for_gets_none(tmp_path: Path) -> None:
    """Replaced since it was hashed, gone, a link that leads out: not now, and no fault of the file."""

    async def body() -> None:
        song = tune(tmp_path / "song.wav", 4)
        (tmp_path / "link.wav").symlink_to(song)
        prints = find_fingerprints()
        assert prints is not None
        root = bytes(tmp_path)
        assert await prints.of_file(root, b"song.wav", stamp_of(song)._replace(size_bytes=1)) is None
        assert await prints.of_file(root, b"gone.wav") is None
        assert await prints.of_file(root, b"link.wav") is None

    run(body())


@pytest.mark.parametrize("content", [b"", b"no audio at all" * 100])
def test_what_is_no_audio_has_none_for_good(tmp_path: Path, content: bytes) -> None:
    """With the reason."""

    async def body() -> None:
        (tmp_path / "bad.mp3").write_bytes(content)
        prints = find_fingerprints()
        assert prints is not None
        answer = await prints.of_file(bytes(tmp_path), b"bad.mp3")
        assert isinstance(answer, NoFingerprint)
        assert answer.reason

    run(body())


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import time; time.sleep(60)", "no fingerprint within"),
        ("print('FINGERPRINT=' + '1,' * 1_000_000)", "far more came"),
        ("import sys; sys.stderr.write('x' * 5_000_000 + 'the end'); sys.exit(1)", "the end"),
        ("import os; os.abort()", "fpcalc: -6"),
    ],
    ids=["hangs", "prints without end", "complains without end", "crashes"],
)
def test_a_program_gone_wild_costs_one_file(tmp_path: Path, script: str, reason: str) -> None:
    """And is gone afterwards."""

    async def body() -> None:
        (tmp_path / "song.wav").write_bytes(b"x")
        prints = FingerprintProcesses(scripted(tmp_path, script), seconds=1.0 if "sleep" in script else 30.0)
        answer = await prints.of_file(bytes(tmp_path), b"song.wav")
        assert isinstance(answer, NoFingerprint)
        assert reason in answer.reason

    run(body())


def test_a_program_that_was_killed_says_nothing_about_the_file(tmp_path: Path) -> None:
    """Memory was short: it is tried again later."""

    async def body() -> None:
        (tmp_path / "song.wav").write_bytes(b"x")
        script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
        assert await FingerprintProcesses(scripted(tmp_path, script)).of_file(bytes(tmp_path), b"song.wav") is None

    run(body())


def test_a_program_that_is_gone_is_no_fault_of_the_file(tmp_path: Path) -> None:
    """The package was updated meanwhile: trying again later may help."""

    async def body() -> None:
        (tmp_path / "song.wav").write_bytes(b"x")
        prints = FingerprintProcesses(FingerprintTool(tmp_path / "gone", is_fpcalc=True))
        with pytest.raises(WorkersUnavailable):
            await prints.of_file(bytes(tmp_path), b"song.wav")

    run(body())


def test_cancelled_it_leaves_no_process_and_one_at_a_time_runs_niced(tmp_path: Path) -> None:
    """A server that ends waits for nothing; two cores are enough for music and this."""

    async def body() -> None:
        (tmp_path / "song.wav").write_bytes(b"x")
        script = (
            f"import os, time\nopen({str(tmp_path / 'pids')!r}, 'a').write(f'{{os.getpid()}} {{os.nice(0)}}\\n')\n"
            "time.sleep(60)"
        )
        prints = FingerprintProcesses(scripted(tmp_path, script))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(prints.of_file(bytes(tmp_path), b"song.wav")) for _ in range(3)]
            async with asyncio.timeout(20):
                while not (tmp_path / "pids").exists() or not (tmp_path / "pids").read_text().endswith("\n"):  # noqa: ASYNC110  # a process rings no bell
                    await asyncio.sleep(0.02)
            await asyncio.sleep(0.3)
            for task in tasks:
                task.cancel()
        ((pid, niceness),) = (line.split() for line in (tmp_path / "pids").read_text().splitlines())
        assert int(niceness) >= 10
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)

    run(body())
