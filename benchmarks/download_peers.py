"""Other programs that fetch the same files from the same server: curl alone, curl with what verifying takes, aria2."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.server_process import Served

ALONGSIDE = 4


def find_curl() -> str | None:
    """Where it is; None when it is not installed."""
    return shutil.which("curl")


def find_aria2() -> str | None:
    """The same of the Debian package."""
    return shutil.which("aria2c")


def curl_seconds(scratch: Path, served: Served, tracks: Sequence[dict[str, Any]], *, verifies: bool) -> float:
    """Of one curl that fetches them all into files. `verifies`: and then sha256sum reads them, and sync syncs them."""
    folder = _fresh(scratch)
    lines = [f'header = "Authorization: Bearer {served.access_token}"', "silent", "no-progress-meter", "fail"]
    for number, track in enumerate(tracks):
        lines += [f'url = "{_url(served, track)}"', f'output = "{folder / str(number)}"']
    sums = "".join(f"{_sha256(track)}  {number}\n" for number, track in enumerate(tracks))
    names = [str(number) for number in range(len(tracks))]
    with _written("\n".join(lines), scratch) as config, _written(sums, scratch) as listed:
        os.sync()
        began = time.perf_counter()
        subprocess.run(["curl", "--parallel", "--parallel-max", str(ALONGSIDE), "--config", config.name], check=True)
        if verifies:
            subprocess.run(["sha256sum", "--check", "--quiet", listed.name], cwd=folder, check=True)
            subprocess.run(["sync", *names, "."], cwd=folder, check=True)
        seconds = time.perf_counter() - began
    _check_and_remove(folder, tracks)
    return seconds


def aria2_seconds(scratch: Path, served: Served, tracks: Sequence[dict[str, Any]]) -> float:
    """Of one aria2c that fetches them all, as many at once, and compares the sha256 of each; then they are synced."""
    folder = _fresh(scratch)
    lines = []
    for number, track in enumerate(tracks):
        lines += [_url(served, track), f"  out={number}", f"  checksum=sha-256={_sha256(track)}"]
    names = [str(number) for number in range(len(tracks))]
    with _written("\n".join(lines), scratch) as listed:
        os.sync()
        began = time.perf_counter()
        subprocess.run(
            ["aria2c", "--no-conf", "--quiet", f"--dir={folder}", f"--input-file={listed.name}",
             f"--header=Authorization: Bearer {served.access_token}", f"--max-concurrent-downloads={ALONGSIDE}",
             "--split=1", "--file-allocation=none"],
            check=True,
        )  # fmt: skip
        subprocess.run(["sync", *names, "."], cwd=folder, check=True)
        seconds = time.perf_counter() - began
    _check_and_remove(folder, tracks)
    return seconds


def _fresh(scratch: Path) -> Path:
    folder = scratch / "downloads-peer"
    folder.mkdir()
    return folder


def _written(text: str, scratch: Path) -> "tempfile._TemporaryFileWrapper[str]":
    file = tempfile.NamedTemporaryFile("w", dir=scratch, suffix=".list")  # noqa: SIM115  # the caller's `with` closes it
    file.write(text)
    file.flush()
    return file


def _url(served: Served, track: dict[str, Any]) -> str:
    return f"{served.url}/api/tracks/{track['id']}/download"


def _sha256(track: dict[str, Any]) -> str:
    return str(track["file_hash"]).removeprefix("sha256:")


def _check_and_remove(folder: Path, tracks: Sequence[dict[str, Any]]) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) == sum(track["file_size"] for track in tracks)
    shutil.rmtree(folder)
