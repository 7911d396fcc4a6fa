"""`soul version`."""

from soul_player import __version__
from tests.cli.programs import soul


def test_the_version_is_told_to_people_and_programs() -> None:
    """The first line of every report of a fault."""
    assert soul("version").out == f"Soul Player {__version__}, protocol 1\n"
    assert soul("version", "--json").json() == {"version": __version__, "protocol": 1}
