"""Whoever watches a client hears of each edit once it is committed, and of none that was refused."""

from pathlib import Path

import pytest

from soul_player.client import LibraryEdited, ListOrder, LocalTrackId, TrackNotFound
from tests.client.clients import opened_client
from tests.conftest import run


def test_an_edit_is_announced_and_a_refused_one_is_not(tmp_path: Path) -> None:
    """Also those that no server is told of: playlists of this device, saved queries."""

    async def scene() -> None:
        async with opened_client(tmp_path) as client:
            with client.events.subscribe() as events:
                await client.edits.create_playlist("Of this device")
                assert events.take() == LibraryEdited()
                await client.smart_playlists.add("Fives", "rating:5", order=ListOrder.TITLE)
                assert events.take() == LibraryEdited()
                with pytest.raises(TrackNotFound):
                    await client.edits.set_favourite(LocalTrackId(404))
                assert events.take() is None

    run(scene())
