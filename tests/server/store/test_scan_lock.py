"""One scan at a time; a lock that cannot be had now is a trouble that passes."""

from pathlib import Path

import pytest

from soul_player.database.errors import DatabaseUnavailable
from soul_player.server.store.scan_lock import ScanLocked, scan_lock
from tests.conftest import opened, run


def test_a_second_scan_waits_and_gives_up_in_the_end(store_url: str) -> None:
    """`soul scan` beside `soul serve`."""

    async def story() -> None:
        async with opened(store_url) as store, scan_lock(store.database):
            with pytest.raises(ScanLocked):
                async with scan_lock(store.database, wait_seconds=0.2):
                    raise AssertionError("two scans at once")
        async with opened(store_url) as store, scan_lock(store.database):
            pass

    run(story())


def test_a_lock_file_that_cannot_be_opened_is_told_and_passes(tmp_path: Path) -> None:
    """No descriptor is left, or the disk was mounted anew, read only: the scanner waits, the server goes on."""

    async def story() -> None:
        async with opened(f"sqlite:///{tmp_path}/server.db") as store:
            in_the_way = tmp_path / "server.db.scan.lock"
            in_the_way.mkdir()
            with pytest.raises(DatabaseUnavailable, match="Is a directory"):
                async with scan_lock(store.database):
                    raise AssertionError("there is no lock")
            in_the_way.rmdir()
            async with scan_lock(store.database):
                pass

    run(story())
