"""The fingerprint of one file below a root, made by one niced process at a time."""

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from soul_player.audio.fingerprint import (
    OUTPUT_BYTES_MAX,
    TIMEOUT_SECONDS,
    FingerprintFailed,
    FingerprintTool,
    find_fingerprint_tool,
    fingerprint_argv,
    read_words,
)
from soul_player.audio.niced import SaidTooMuch, run_niced
from soul_player.audio.source import Stamp, UnreadableAudio
from soul_player.folders.pool import WorkersUnavailable
from soul_player.folders.read import OpenFolders

# Somebody ended the process, perhaps because memory was short: that says nothing about the file.
_ENDED_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)


@dataclass(frozen=True)
class NoFingerprint:
    """The tool could make nothing of this file, and will not until the file is another."""

    reason: str


class Fingerprints(Protocol):
    """Who listens to files: processes in a program, anything in a simulation."""

    async def of_file(self, root: bytes, path: bytes, stamp: Stamp | None = None) -> bytes | NoFingerprint | None:
        """The words of a file below a root. None: it is not there, not readable now, or not of this stamp."""
        ...


FindFingerprints = Callable[[], Fingerprints | None]


def find_fingerprints() -> Fingerprints | None:
    """By the tool of this machine; None where there is none. Takes a moment: a program is asked what it can."""
    tool = find_fingerprint_tool()
    return None if tool is None else FingerprintProcesses(tool)


class FingerprintProcesses:
    """`Fingerprints` by a program of this machine."""

    def __init__(self, tool: FingerprintTool, *, seconds: float = TIMEOUT_SECONDS) -> None:
        self._tool = tool
        self._seconds = seconds
        self._one_at_a_time = asyncio.Lock()

    async def of_file(self, root: bytes, path: bytes, stamp: Stamp | None = None) -> bytes | NoFingerprint | None:
        """Cancelled, it ends the process. Raises `WorkersUnavailable` when none can be started."""
        async with self._one_at_a_time:
            try:
                descriptor = await asyncio.to_thread(_open, root, path)
            except (OSError, UnreadableAudio):
                return None
            try:
                before = Stamp.of(os.fstat(descriptor))
                if stamp is not None and before != stamp:
                    return None
                made = await self._of_descriptor(descriptor)
                return made if Stamp.of(os.fstat(descriptor)) == before else None
            finally:
                os.close(descriptor)

    async def _of_descriptor(self, descriptor: int) -> bytes | NoFingerprint | None:
        # The open file under its number: no name of a file is read as anything else, and no file is swapped.
        argv = fingerprint_argv(self._tool, b"/dev/fd/%d" % descriptor)
        try:
            ended = await run_niced(argv, descriptors=(descriptor,), seconds=self._seconds, bytes_max=OUTPUT_BYTES_MAX)
            if ended.returncode in _ENDED_FROM_OUTSIDE:
                return None
            return read_words(self._tool, returncode=ended.returncode, said=ended.said, complained=ended.complained)
        except TimeoutError:
            return NoFingerprint(f"no fingerprint within {self._seconds:.0f} seconds")
        except SaidTooMuch:
            return NoFingerprint("far more came than a fingerprint of two minutes")
        except FingerprintFailed as error:
            return NoFingerprint(str(error))
        except OSError as error:
            raise WorkersUnavailable(f"no process to listen to music with can be started: {error}") from error


def _open(root: bytes, path: bytes) -> int:
    with OpenFolders(root) as folders:
        return folders.open(path)
