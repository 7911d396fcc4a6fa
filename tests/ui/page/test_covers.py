"""Pictures: what is embedded in a file is shown; where there is none, or none that can be read, shapes stand for it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from soul_player.audio.ffmpeg import run_ffmpeg
from tests.makers_audio import make_audio
from tests.ui.page.world import Client, client_at, first_password, server_at, visitor, wait_for

PIXELS = 320
# Albums, by what is in their files: a picture, none, and something that begins like one.
REAL, NONE, CORRUPT = "Real", "None", "Corrupt"
# A picture that is drawn. The card may be drawn anew while it comes.
SHOWN = """(album) => [...document.querySelectorAll('a.card')].some((card) =>
    card.textContent.startsWith(album) && card.querySelector('img')?.naturalWidth > 0)"""


@dataclass
class Pictured:
    """A client of one server that may be stopped."""

    client: Client
    running: ExitStack


@pytest.fixture
def pictured(tmp_path: Path) -> Iterator[Pictured]:
    """Three albums of one track."""
    cover = tmp_path / "cover.jpg"
    Image.new("RGB", (PIXELS, PIXELS), (200, 40, 90)).save(cover)
    for number, album in enumerate((REAL, NONE, CORRUPT)):
        tags = {"title": f"{album} track", "artist": "Amber Tide", "album": album, "track": "1"}
        plain = make_audio(tmp_path / "made" / album, "mp3", hertz=300 + 70 * number, seconds=3.0, tags=tags)
        target = tmp_path / "music" / album / "01.mp3"
        target.parent.mkdir(parents=True)
        if album == NONE:
            target.write_bytes(plain.read_bytes())
            continue
        run_ffmpeg(("-i", plain, "-i", cover, "-map", "0:a", "-map", "1:v", "-c", "copy", "-id3v2_version", "3",
                    "-disposition:v", "attached_pic", target))  # fmt: skip
    broken = tmp_path / "music" / CORRUPT / "01.mp3"
    content = bytearray(broken.read_bytes())
    at = content.index(cover.read_bytes()[:64])
    content[at + 16 : at + cover.stat().st_size] = b"\xee" * (cover.stat().st_size - 16)
    broken.write_bytes(bytes(content))
    with ExitStack() as stack, ExitStack() as running:
        url = running.enter_context(server_at(tmp_path / "server", tmp_path / "music"))
        client = stack.enter_context(client_at(tmp_path / "client"))
        client.add_server(url, "admin", first_password(tmp_path / "server"))
        wait_for("the albums", lambda: client.tracks() == len((REAL, NONE, CORRUPT)))
        yield Pictured(client, running)


def expect_shapes(page: Page, album: str) -> None:
    """Drawn, of a size, and no broken picture beside it."""
    card = page.get_by_role("listitem").filter(has_text=album)
    shapes = card.locator("span.cover")
    expect(shapes).to_be_visible()
    assert "covers.svg" in shapes.evaluate("(one) => getComputedStyle(one).backgroundImage")
    box = shapes.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(box["height"], abs=1)
    expect(card.locator("img")).to_have_count(0)


def test_a_real_cover_is_shown_and_shapes_where_there_is_none(chrome: Browser, pictured: Pictured) -> None:
    """Missing and corrupt ones look the same; what was seen once is there with the server away."""
    with visitor(chrome, pictured.client) as person:
        page = person.go("/albums")
        page.wait_for_function(SHOWN, arg=REAL)
        expect_shapes(page, NONE)
        expect_shapes(page, CORRUPT)
        # The shapes of a name are its own, and never change.
        look = page.get_by_role("listitem").filter(has_text=NONE).locator("span.cover").get_attribute("class")
        page.reload()
        expect(page.get_by_role("listitem").filter(has_text=NONE).locator("span.cover")).to_have_class(look or "")
    pictured.running.close()
    pictured.client.ask("POST", "/api/sync", {})
    wait_for("the news", lambda: pictured.client.ask("GET", "/api/status")["badge"]["state"] == "offline")
    with visitor(chrome, pictured.client) as person:
        page = person.go("/albums")
        page.wait_for_function(SHOWN, arg=REAL)
        expect_shapes(page, CORRUPT)
