"""The library of a new home, made once for all tests of a process."""

import tempfile
from pathlib import Path

from soul_player.client.library.open import LIBRARY_FILE, open_library

# What a first start makes: every step of the schema and every index, which took most of the time of most tests.
_made: list[bytes] = []


async def lay_library(home: Path) -> None:
    """An empty one, as the client itself made it for the first test that needed one. One that is there stays."""
    if not _made:
        with tempfile.TemporaryDirectory() as folder:
            async with open_library(Path(folder)):
                pass
            _made.append((Path(folder) / LIBRARY_FILE).read_bytes())
    _lay(home, _made[0])


def _lay(home: Path, library: bytes) -> None:
    file = home / LIBRARY_FILE
    if not file.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_bytes(library)
