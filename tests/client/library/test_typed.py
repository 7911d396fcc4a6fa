"""What is typed is found, also where the writing leaves no spaces, and where it has no letters at all."""

from datetime import UTC
from pathlib import Path

from soul_player.client import query_condition
from soul_player.client.library.query.parse import parse
from soul_player.client.library.typed import is_inside
from tests.client.clients import add, opened_client, sync_one
from tests.conftest import run
from tests.edges.fake_server import fake_server, make_id, make_track


def test_writings_without_spaces_are_known() -> None:
    without = ["夜", "よる", "ヨル", "ไทย", "사랑", "ខ្មែរ", "🔥", "❤"]
    assert [word for word in (*without, "night", "ночь", "ليل", "naïve", "12", "?") if is_inside(word)] == without


def test_words_are_found_where_no_spaces_stand_between_them(tmp_path: Path) -> None:
    """An index of words takes such a title for one word, and finds its beginning only."""

    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(
                make_track(1, title="隅田川大橋", artist="東京事変", album="夜の街 Night"),
                make_track(2, title="เมดอินไทยแลนด์", artist="คาราบาว", album="อัลบั้ม"),
                make_track(3, title="첫사랑", artist="폴킴", album="정규"),
                make_track(4, title="大橋 (Night Mix)", artist="DJ 🐙", album="🔥"),
                make_track(5, title="???", artist="Nobody", album="Hearts"),
            )
            await add(client, server)
            await sync_one(client)
            for typed, numbers in (
                ("大橋", [4, 1]),
                ("大橋 night", [1, 4]),
                ("大橋 mix", [4]),
                ("ไทย", [2]),
                ("사랑", [3]),
                ("東京事変", [1]),
                ("🔥", [4]),
                ("🐙", [4]),
                ("???", [5]),
                ("night 🐙", [4]),
                ("橋大", []),
                ("♥", []),
            ):
                expected = [server.live[make_id(number)].title for number in numbers]
                assert [track.title for track in await client.library.search(typed)] == expected, typed
                found = await client.catalogues.find(typed)
                assert (found.tracks, len(found.track_ids)) == (len(numbers), len(numbers)), typed
            assert [album.title for album in (await client.catalogues.find("街")).albums] == ["夜の街 Night"]
            assert [artist.name for artist in (await client.catalogues.find("事変")).artists] == ["東京事変"]
            # The filter of a page has conditions of its own, which must not be taken for what was typed.
            chosen = query_condition(parse("artist:DJ"), now_seconds=1_800_000_000, zone=UTC)
            assert (await client.catalogues.find("大橋", chosen)).tracks == 1

    run(story())


def test_what_nothing_is_left_of_is_not_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with fake_server() as server, opened_client(tmp_path) as client:
            server.put(make_track(1, title="Night"), make_track(2, title="夜"))
            await add(client, server)
            await sync_one(client)
            server.delete(make_id(1), make_id(2))
            await sync_one(client)
            assert (await client.library.search("night"), await client.library.search("夜")) == ([], [])

    run(story())
