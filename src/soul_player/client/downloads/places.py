"""Where downloads lie in the home. No name is anything that a server said: all are hashes and numbers of our own."""

import re
from dataclasses import dataclass
from pathlib import Path

from soul_player.client.library.download_model import TaskId

_COPY = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"(\d{1,18})\.([0-9a-f]{64})\.part")


@dataclass(frozen=True)
class Places:
    """`root` is the home's folder for all of it."""

    root: Path

    @classmethod
    def of_home(cls, home: Path) -> "Places":
        """Absolute: what is stored of it must be the same from every folder."""
        return cls(home.absolute() / "downloads")

    @property
    def copies(self) -> Path:
        """Whole files, each named by its sha256."""
        return self.root / "copies"

    @property
    def parts(self) -> Path:
        """Files that are not whole yet."""
        return self.root / "parts"

    @property
    def pictures(self) -> Path:
        """Album art, each file named by its sha256."""
        return self.root / "pictures"

    @property
    def all_folders(self) -> tuple[Path, ...]:
        """Each of them."""
        return (self.copies, self.parts, self.pictures)

    def copy(self, sha256: bytes) -> Path:
        """Where these bytes are once they are whole."""
        return self.copies / sha256.hex()

    def part(self, task_id: TaskId, sha256: str | None) -> Path:
        """What there is of these bytes. `sha256` None: nothing tells it, so it can never be gone on with."""
        return self.parts / f"{task_id}.{sha256 or '0' * 64}.part"

    def picture(self, sha256: bytes) -> Path:
        """Where this picture is."""
        return self.pictures / sha256.hex()


@dataclass(frozen=True)
class PartName:
    """What the name of a part says. `sha256` is None when it is of unknown bytes."""

    task_id: TaskId
    sha256: str | None


def read_part_name(name: str) -> PartName | None:
    """None: it is no name of ours."""
    match = _PART.fullmatch(name)
    if match is None:
        return None
    return PartName(TaskId(int(match.group(1))), None if match.group(2) == "0" * 64 else match.group(2))


def read_copy_name(name: str) -> bytes | None:
    """The sha256 that the bytes should have; None: it is no name of ours."""
    return bytes.fromhex(name) if _COPY.fullmatch(name) else None
