"""Queries over what a person made: playlists, favourites, ratings and plays, also those that still wait to be sent."""

from datetime import UTC
from pathlib import Path

from soul_player.client.library.browse import Library
from soul_player.client.library.query.parse import parse
from soul_player.client.library.query.sql import condition
from tests.client.edits.homes import a_home
from tests.conftest import run


def test_what_was_made_offline_is_found_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with a_home(tmp_path) as home:
            first, second, third = home.tracks[:3]
            playlist = await home.edits.create_playlist("Night Drive", source_id=home.source_id)
            entries = await home.edits.add_entries(playlist, [first, second])
            local = await home.edits.create_playlist("Alone")
            await home.edits.add_entries(local, [third])
            await home.edits.set_favourite(second)
            await home.edits.set_rating(third, 4)
            for _ in range(3):
                await home.edits.record_play(first)
            library = Library(home.library)

            async def found(text: str) -> list[int]:
                query = condition(parse(text), now_seconds=home.clock.now_ms() // 1000, zone=UTC)
                return [track.id for track in (await library.tracks(condition=query)).tracks]

            cases = {
                "playlist:night": {first, second},
                "playlist:=alone": {third},
                "playlist:=drive": set(),
                'playlist:""': set(home.tracks[3:]),
                "favourite:yes": {second},
                "rating:4": {third},
                "rating:0": set(home.tracks) - {third},
                "plays:>2": {first},
                "played:-1d": {first},
                "^favourite:yes playlist:night": {first},
            }
            for text, tracks in cases.items():
                assert set(await found(text)) == tracks, text
            await home.edits.remove_entry(playlist, entries[0])
            await home.edits.delete_playlist(local)
            assert (await found("playlist:night"), await found("playlist:alone")) == ([second], [])

    run(story())
