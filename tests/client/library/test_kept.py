"""A value that is worked out from the whole library: kept while nobody writes, and not worked out all the time."""

import pytest

from soul_player.client.library.kept import AGE_SECONDS_MAX, Kept, is_due
from tests.conftest import run
from tests.edges.fake_clock import FakeClock


@pytest.mark.parametrize(
    ("age_seconds", "work_seconds", "due"),
    [(0.0, 0.0, True), (1.0, 0.1, False), (2.0, 0.1, True), (9.9, 5.0, False), (AGE_SECONDS_MAX, 5.0, True)],
)
def test_it_is_worked_out_again_no_more_than_a_share_of_the_time(
    age_seconds: float, work_seconds: float, *, due: bool
) -> None:
    """What takes a tenth of a second is made every two; and nothing that is looked at is older than ten."""
    assert is_due(age_seconds=age_seconds, work_seconds=work_seconds) is due


def test_it_is_built_once_while_nothing_changes_and_its_version_follows_the_value() -> None:
    """A write that changes nothing of it makes no new version: who shows it need not read again."""
    clock = FakeClock()
    stamps, values, builds = [1], [10], []

    async def build() -> int:
        builds.append(values[0])
        return values[0]

    async def story() -> None:
        kept = Kept(build, clock=clock, stamp=lambda: stamps[0])
        assert await kept.get() == (1, 10)
        assert await kept.get() == (1, 10)
        assert builds == [10]
        stamps[0] = 2
        assert await kept.get() == (1, 10)
        assert builds == [10, 10]
        stamps[0], values[0] = 3, 11
        assert await kept.get() == (2, 11)

    run(story())


def test_a_write_while_it_is_built_makes_it_old_at_once() -> None:
    """The stamp is taken before: else that write would be missed for ever."""
    stamps = [1]
    values = [10]

    async def build() -> int:
        found = values[0]
        if stamps[0] == 1:
            stamps[0], values[0] = 2, 11
        return found

    async def story() -> None:
        kept = Kept(build, clock=FakeClock(), stamp=lambda: stamps[0])
        assert await kept.get() == (1, 10)
        assert await kept.get() == (2, 11)

    run(story())
