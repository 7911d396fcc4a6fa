"""Backing a store up while it is served, and putting it back."""

import sqlite3
from pathlib import Path

import pytest

from soul_player.database.access import Reader
from soul_player.protocol.codec import decode
from soul_player.protocol.page import Heads
from soul_player.server.backup import back_up, restore
from soul_player.server.config import ServerConfig
from soul_player.server.errors import BackupError
from soul_player.server.store.users import list_users
from tests.conftest import opened, run
from tests.server.in_process import House, house


async def heads(it: House, device: str) -> Heads:
    """As a device sees them."""
    token = (await it.sign_in(device=device)).access_token
    return decode((await it.ask("GET", "/api/sync/heads", token=token)).body, Heads)


async def all_eras(store: Reader) -> list[str]:
    """The oldest first."""
    return [str(era) for (era,) in await store.all("SELECT era FROM sync_era ORDER BY ordinal")]


def test_a_backup_of_a_store_in_use_is_the_store_at_one_moment(tmp_path: Path) -> None:
    """Restored, it is the same server with its accounts, in a new era."""
    config, target = ServerConfig(home=tmp_path / "home"), tmp_path / "backup"

    async def before() -> Heads:
        async with house(config.home) as it:
            await it.server.accounts.add("kept", "kept password", is_admin=False)
            assert back_up(config, target) == target.stat().st_size > 0
            await it.server.accounts.add("made later", "later password", is_admin=False)
            return await heads(it, "phone")

    async def after() -> None:
        async with opened(config.database_url) as store:
            names = [user.username for user in await store.database.read(list_users)]
            assert names == ["amber", "kept"]
            assert store.secrets.server_id == seen.server_id
            eras = await store.database.read(all_eras)
            assert eras[0] == seen.era
            # One for the restore, and one for this lone start.
            assert len(eras) == 3

    seen = run(before())
    kept = restore(config, target)
    assert kept is not None
    with sqlite3.connect(kept) as former:
        assert former.execute("SELECT COUNT(*) FROM users").fetchone() == (3,)
    run(after())


def test_a_running_server_is_not_restored_under(tmp_path: Path) -> None:
    """It would go on answering from what it remembers."""
    config, target = ServerConfig(home=tmp_path / "home"), tmp_path / "backup"

    async def story() -> None:
        async with house(config.home) as it:
            back_up(config, target)
            with pytest.raises(BackupError, match="running"):
                restore(config, target)
            await it.sign_in()

    run(story())


def test_into_an_empty_home_nothing_needs_to_be_kept(tmp_path: Path) -> None:
    """A new machine."""
    target = tmp_path / "backup"

    async def story() -> None:
        async with house(tmp_path / "old"):
            back_up(ServerConfig(home=tmp_path / "old"), target)

    run(story())
    new = ServerConfig(home=tmp_path / "new" / "home")
    assert restore(new, target) is None
    assert (new.home / "server.db").is_file()


def test_what_is_no_backup_is_refused_and_nothing_is_lost(tmp_path: Path) -> None:
    """Not there, not a database, another database, a damaged one."""
    config, good = ServerConfig(home=tmp_path / "home"), tmp_path / "good"

    async def story() -> None:
        async with house(config.home):
            back_up(config, good)

    run(story())
    (tmp_path / "text").write_text("not a database" * 100)
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE users (id)")
    content = bytearray(good.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    (tmp_path / "damaged").write_bytes(content)
    before = (config.home / "server.db").read_bytes()
    for name in ("missing", "text", "other", "damaged"):
        with pytest.raises(BackupError, match=name):
            restore(config, tmp_path / name)
    assert (config.home / "server.db").read_bytes() == before


def test_a_backup_never_overwrites(tmp_path: Path) -> None:
    """Neither a former backup nor something else; and no half of one is left behind."""
    config = ServerConfig(home=tmp_path / "home")
    with pytest.raises(BackupError, match="no store"):
        back_up(config, tmp_path / "backup")

    async def story() -> None:
        async with house(config.home):
            (tmp_path / "there").write_text("mine")
            with pytest.raises(BackupError, match="never overwrites"):
                back_up(config, tmp_path / "there")
            assert (tmp_path / "there").read_text() == "mine"
            with pytest.raises(BackupError):
                back_up(config, tmp_path / "no folder" / "backup")
            back_up(config, tmp_path / "backup")

    run(story())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "home", "there"]


def test_postgresql_is_told_what_to_use_instead(tmp_path: Path) -> None:
    """Its own tools are better at it."""
    config = ServerConfig(home=tmp_path, database="postgresql://soul@host/db")
    with pytest.raises(BackupError, match="pg_dump"):
        back_up(config, tmp_path / "backup")
    with pytest.raises(BackupError, match="pg_restore"):
        restore(config, tmp_path / "backup")
