"""The demo's music through the local API: made whole or not at all, and only by who was told how."""

from pathlib import Path

from soul_player.audio.ffmpeg import FfmpegMissing
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.ui.local import running_ui

ASKED = ("POST", "/api/sources/demo")


def test_it_is_made_once_beside_the_home_and_kept_as_a_source(tmp_path: Path) -> None:
    """What was left of an attempt that was interrupted is made anew; a second source of it there is not."""
    made: list[Path] = []

    def make(folder: Path) -> None:
        made.append(folder)
        make_audio(folder / "one", seconds=1.0, tags={"title": "One"})

    async def story() -> None:
        home = tmp_path / "home"
        home.mkdir()
        half = tmp_path / "home-demo-music.part" / "half.mp3"
        half.parent.mkdir()
        half.write_bytes(b"half")
        async with running_ui(home, make_demo=make) as it:
            answer = await it.ask(*ASKED)
            assert answer.status == 201, answer.body
            source = answer.json()
            assert (source["name"], source["type"]) == ("Demo", "folder")
            folder = tmp_path / "home-demo-music"
            assert [file.name for file in folder.iterdir()] == ["one.mp3"]
            assert not half.parent.exists()
            again = await it.ask(*ASKED)
            assert (again.status, again.json()["code"]) == (409, "source_exists")
            assert len(made) == 1

    run(story())


def test_what_cannot_be_made_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    """Without ffmpeg, and where nobody said how."""

    def make(folder: Path) -> None:
        folder.mkdir()
        raise FfmpegMissing("there is no ffmpeg")

    async def story() -> None:
        home = tmp_path / "home"
        home.mkdir()
        async with running_ui(home, make_demo=make) as it:
            answer = await it.ask(*ASKED)
            assert (answer.status, answer.json()["code"]) == (409, "demo_failed")
            assert "there is no ffmpeg" in answer.json()["detail"]
            assert (await it.ask("GET", "/api/sources")).json() == {"sources": []}
        assert not (tmp_path / "home-demo-music").exists()
        async with running_ui(home) as it:
            assert (await it.ask(*ASKED)).json()["code"] == "no_demo"

    run(story())
