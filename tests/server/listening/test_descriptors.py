"""Files that may be open at once: raised as far as needed, and said where that is not far enough."""

import subprocess
import sys

import pytest

PROGRAM = """
import logging, resource
from soul_player.server.listening.descriptors import allow_descriptors
logging.basicConfig(format="%(levelname)s %(message)s")
print(allow_descriptors(1000), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("limits", "after", "warns"),
    [
        # As a shell has it: the rest is there for the asking.
        ("ulimit -Sn 256; ulimit -Hn 4096", "2200 (2200, 4096)", False),
        ("ulimit -Sn 4000; ulimit -Hn 4096", "4000 (4000, 4096)", False),
        ("ulimit -Sn 256; ulimit -Hn 512", "512 (512, 512)", True),
    ],
)
def test_as_many_as_the_connections_need_may_be_open(limits: str, after: str, warns: bool) -> None:
    """In a process of its own: the limit of the one that runs the tests stays as it is."""
    done = subprocess.run(
        ["bash", "-c", f'{limits}; exec "$0" -c "$1"', sys.executable, PROGRAM], capture_output=True, text=True,
        timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == after
    assert ("WARNING only 512 files" in done.stderr) == warns
