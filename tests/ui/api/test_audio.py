"""Audio through the local API: ranges as a player asks for them, and what it says of itself."""

from pathlib import Path

import pytest

from tests.conftest import run
from tests.makers_audio import make_audio
from tests.ui.local import Running, running_ui


async def with_track(home: Path, ui: Running) -> tuple[int, bytes]:
    """A folder of one file; its track and its bytes."""
    folder = home.parent / "music"
    file = make_audio(folder / "one", "flac", seconds=2.0, tags={"title": "One", "artist": "A", "album": "B"})
    await ui.client.sources.add_folder(folder)
    await ui.client.sync.run()
    rows = (await ui.ask("GET", "/api/lists/tracks?order=title")).json()
    assert rows["total"] == 1, rows
    return rows["tracks"][0]["id"], file.read_bytes()


def test_the_whole_a_part_and_the_end_of_a_track_come_as_asked_for(tmp_path: Path) -> None:
    """200, 206 with its place, 416 behind the end; HEAD has no body."""

    async def story() -> None:
        async with running_ui(tmp_path / "home") as ui:
            track, content = await with_track(tmp_path / "home", ui)
            path = f"/api/tracks/{track}/audio"
            whole = await ui.ask("GET", path)
            assert (whole.status, whole.body, whole.headers["content-type"]) == (200, content, "audio/flac")
            assert whole.headers["accept-ranges"] == "bytes"
            part = await ui.ask("GET", path, headers={"range": "bytes=100-199"})
            assert (part.status, part.body) == (206, content[100:200])
            assert part.headers["content-range"] == f"bytes 100-199/{len(content)}"
            rest = await ui.ask("GET", path, headers={"range": "bytes=1000-", "if-range": whole.headers["etag"]})
            assert (rest.status, rest.body) == (206, content[1000:])
            other = await ui.ask("GET", path, headers={"range": "bytes=1000-", "if-range": '"another"'})
            assert (other.status, other.body) == (200, content)
            assert (await ui.ask("GET", path, headers={"range": f"bytes={len(content)}-"})).status == 416
            head = await ui.ask("HEAD", path)
            assert (head.status, head.body, int(head.headers["content-length"])) == (200, b"", len(content))

    run(story())


def test_it_says_where_the_last_audio_came_from(tmp_path: Path) -> None:
    """And nothing of what nobody asked for."""

    async def story() -> None:
        async with running_ui(tmp_path / "home") as ui:
            track, _ = await with_track(tmp_path / "home", ui)
            assert (await ui.ask("GET", f"/api/tracks/{track}/heard")).status == 404
            await ui.ask("GET", f"/api/tracks/{track}/audio")
            heard = (await ui.ask("GET", f"/api/tracks/{track}/heard")).json()
            assert (heard["origin"], heard["source_id"], heard["quality"]) == ("local_file", None, "original")
            assert heard["content_type"] == "audio/flac"
            assert heard["is_seekable"] is True

    run(story())


def test_each_source_of_a_recording_can_be_heard_by_itself(tmp_path: Path) -> None:
    """By its entry; the player is not told of it, and an entry of another track is none of this one."""

    async def story() -> None:
        async with running_ui(tmp_path / "home") as ui:
            tags = {"title": "One", "artist": "A", "album": "B", "track": "1"}
            files = {}
            for name, content_type in (("flac", "audio/flac"), ("mp3", "audio/mpeg")):
                file = make_audio(tmp_path / name / "one", name, seconds=2.0, tags=tags)
                files[content_type] = file.read_bytes()
                await ui.client.sources.add_folder(file.parent)
            await ui.client.sync.run()
            await ui.client.matching.run()
            (row,) = (await ui.ask("GET", "/api/lists/tracks?order=title")).json()["tracks"]
            parts = (await ui.ask("GET", f"/api/tracks/{row['id']}")).json()["parts"]
            path = f"/api/tracks/{row['id']}/audio?entry_id="
            heard = {}
            for part in parts:
                answer = await ui.ask("GET", f"{path}{part['entry_id']}&quality=original")
                heard[answer.headers["content-type"]] = answer.body
            assert heard == files
            ranged = await ui.ask("GET", f"{path}{parts[1]['entry_id']}", headers={"range": "bytes=10-19"})
            assert (ranged.status, ranged.body) == (206, files[parts[1]["content_type"]][10:20])
            assert (await ui.ask("GET", f"/api/tracks/{row['id']}/heard")).json()["code"] == "not_heard"
            strange = await ui.ask("GET", f"{path}{max(part['entry_id'] for part in parts) + 1}")
            assert (strange.status, strange.json()["code"]) == (404, "track_not_found")

    run(story())


@pytest.mark.parametrize("path", ["/api/tracks/77/audio", "/api/tracks/77", "/api/tracks/77/picture"])
def test_what_is_not_there_is_a_problem_with_a_code(tmp_path: Path, path: str) -> None:
    """404, for people and for programs."""

    async def story() -> None:
        async with running_ui(tmp_path / "home") as ui:
            answer = await ui.ask("GET", path)
            assert answer.status == 404, answer.body
            assert answer.json()["code"] in {"track_not_found", "no_picture"}

    run(story())


def test_the_details_of_a_track_tell_its_parts_and_its_plays(tmp_path: Path) -> None:
    """And a recording of one part cannot be taken apart."""

    async def story() -> None:
        async with running_ui(tmp_path / "home") as ui:
            track, content = await with_track(tmp_path / "home", ui)
            counted = await ui.ask("POST", f"/api/tracks/{track}/plays", json={"heard_seconds": 2})
            assert counted.json() == {"is_counted": True}
            details = (await ui.ask("GET", f"/api/tracks/{track}")).json()
            (part,) = details["parts"]
            assert (part["status"], part["size_bytes"]) == ("local_file", len(content))
            assert details["track"]["play_count"] == 1
            assert details["plays_by_month"][-1] == 1
            split = await ui.ask("POST", f"/api/tracks/{track}/split", json={"entry_id": part["entry_id"]})
            assert (split.status, split.json()["code"]) == (422, "edit_invalid")

    run(story())
