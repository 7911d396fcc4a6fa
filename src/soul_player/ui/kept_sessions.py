"""`ui-sessions` in the home: who was let in, so that a browser goes on after the process was started again.

Only hashes of the cookies are kept. Every process of the home reads it anew when it was changed: who is signed out
through one of them, or by `soul ui --sign-out`, is out everywhere.
"""

import logging
from pathlib import Path

import msgspec

from soul_player.private_files import write_private

SESSIONS_FILE = "ui-sessions"
# 64 sessions take 6 kB.
_FILE_BYTES_MAX = 64 * 1024

log = logging.getLogger(__name__)

_Stamp = tuple[int, int, int] | None


class _File(msgspec.Struct, frozen=True):
    """Hashes in hexadecimal digits, each with the time at which it ends."""

    ends_at_ms: dict[str, int]


class KeptSessions:
    """The file as it was last seen."""

    def __init__(self, home: Path) -> None:
        self._path = home / SESSIONS_FILE
        self._seen: _Stamp = None

    def news(self) -> dict[bytes, int] | None:
        """What the file says; None: the same as when it was last read or written here."""
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        try:
            content = self._path.read_bytes()[:_FILE_BYTES_MAX]
            return {bytes.fromhex(key): at for key, at in msgspec.json.decode(content, type=_File).ends_at_ms.items()}
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError, ValueError) as error:
            # Nobody is let in by what cannot be read.
            log.warning("%s cannot be read, whoever was signed in signs in again: %s", self._path, error)
            return {}

    def keep(self, sessions: dict[bytes, int]) -> None:
        """They last until the end of the process where they cannot be written."""
        try:
            if sessions:
                write_private(self._path, msgspec.json.encode(_File({key.hex(): at for key, at in sessions.items()})))
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be written, so sessions end with this process: %s", self._path, error)
        self._seen = self._stamp()

    def _stamp(self) -> _Stamp:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino


def end_all_sessions(home: Path) -> None:
    """Of every browser, also those that a running process has let in."""
    (home / SESSIONS_FILE).unlink(missing_ok=True)
