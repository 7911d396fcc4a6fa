"""Saved queries of this device."""

from pathlib import Path

import pytest

from soul_player.client import EditInvalid, ListOrder, PlaylistNotFound, QuerySyntaxError
from tests.client.clients import opened_client
from tests.conftest import run


def test_a_query_is_saved_changed_listed_and_forgotten(tmp_path: Path) -> None:
    """By name; it is there after a restart."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            jazz = await client.smart_playlists.add("Jazz", "genre:jazz", order=ListOrder.YEAR)
            await client.smart_playlists.add("ambient", "genre:ambient", order=ListOrder.ARTIST)
        async with opened_client(tmp_path) as client:
            assert [one.name for one in await client.smart_playlists.list()] == ["ambient", "Jazz"]
            await client.smart_playlists.change(jazz, "Old jazz", "genre:jazz year:..1969", order=ListOrder.PLAYS)
            found = await client.smart_playlists.find(jazz)
            assert (found.name, found.query, found.order) == ("Old jazz", "genre:jazz year:..1969", ListOrder.PLAYS)
            await client.smart_playlists.remove(jazz)
            with pytest.raises(PlaylistNotFound):
                await client.smart_playlists.find(jazz)
            with pytest.raises(PlaylistNotFound):
                await client.smart_playlists.remove(jazz)

    run(story())


def test_what_cannot_be_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    """A name twice, no name, a query that is none: with the place of the fault."""

    async def story() -> None:
        async with opened_client(tmp_path) as client:
            await client.smart_playlists.add("Jazz", "genre:jazz", order=ListOrder.YEAR)
            with pytest.raises(EditInvalid, match="another smart playlist"):
                await client.smart_playlists.add("JAZZ", "genre:jazz", order=ListOrder.YEAR)
            with pytest.raises(EditInvalid):
                await client.smart_playlists.add("  ", "genre:jazz", order=ListOrder.YEAR)
            with pytest.raises(QuerySyntaxError) as fault:
                await client.smart_playlists.add("Other", "yaer:2001", order=ListOrder.YEAR)
            assert fault.value.position == 0
            assert len(await client.smart_playlists.list()) == 1

    run(story())
