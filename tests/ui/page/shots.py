"""`make shots`: the pictures of the page for the README, from the demo's library, in the real thing."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from soul_player.cli.demo.albums import ALBUMS, SONGS
from soul_player.cli.demo.music import make_library
from tests.ui.page.world import (
    DESKTOP,
    PHONE,
    Client,
    browser,
    client_at,
    first_password,
    server_at,
    visitor,
    wait_for,
)

PICTURES = Path(__file__).parents[3] / "docs" / "pictures"
# Fonts differ from machine to machine: what every one of them can write is shown.
SHOWN = [song for song in SONGS if song.album.artist.isascii() or song.album.artist == "Sólveig Þórs"]

# Nobody keeps music in a temporary folder: in the pictures it is called like a home, which may not be made here.
SHOWN_ROOT = "/home/ada"
RENAME = """
    ([root, shown]) => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll(root, shown);
    }
"""


def main() -> None:
    """All of them anew."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="soul-shots-") as name, browser() as chrome:
        root = Path(name)
        make_library(root / "music", SHOWN)
        copied = _copy_album(root)
        with server_at(root / "server", root / "music") as url, client_at(root / "client") as client:
            client.add_server(url, "admin", first_password(root / "server"))
            client.add_folder(root / "Music", name="This laptop")
            wait_for("the library", lambda: client.counts() == (len(SHOWN), copied))
            _furnish(client)
            _fetch_covers(chrome, client)
            for path, picture, size, scheme, act in _pictures(client):
                _take(chrome, client, root, path=path, picture=picture, size=size, scheme=scheme, act=act)


def _copy_album(root: Path) -> int:
    """One album is on this device too; how many tracks that are."""
    source = root / "music" / ALBUMS[0].artist / ALBUMS[0].title
    target = root / "Music" / ALBUMS[0].title
    target.mkdir(parents=True)
    for file in source.iterdir():
        (target / file.name).write_bytes(file.read_bytes())
    return len(list(target.iterdir()))


def _furnish(client: Client) -> None:
    """Favourites, a playlist, a saved query, some plays, an album that is kept."""
    rows = client.ask("GET", "/api/lists/tracks?order=title&count=100")["tracks"]
    ids = [int(row["id"]) for row in rows]
    for track in ids[1::4]:
        client.ask("PUT", f"/api/tracks/{track}/favourite", {"is_favourite": True})
    for track in ids[::3]:
        client.ask("POST", f"/api/tracks/{track}/plays", {"heard_seconds": 5})
    # What is in a playlist is fetched by itself: of the other albums, some stay to be streamed.
    near = [int(row["id"]) for row in rows if row["album"] in {ALBUMS[0].title, ALBUMS[1].title}]
    client.ask("POST", "/api/playlists", {"name": "Sunday, slowly", "track_ids": near[:4]})
    client.ask("POST", "/api/playlists", {"name": "Running 160", "track_ids": near[3:8]})
    client.ask("POST", "/api/smart-playlists", {"name": "Before 2020", "query": "year:..2019"})
    client.ask("POST", "/api/downloads", {"query": f'album:="{ALBUMS[1].title}"'})
    wait_for("the download", lambda: client.ask("GET", "/api/counts")["offline"] >= 10)


def _fetch_covers(chrome: Browser, client: Client) -> None:
    """A page shows a shape where a cover is still on its way."""
    for path in ("/albums", "/tracks"):
        with visitor(chrome, client, viewport=DESKTOP) as person:
            person.go(path).wait_for_timeout(2_000)


def _pictures(client: Client) -> list[tuple[str, str, dict[str, int], str, Callable[[Page], None]]]:
    album = client.album(ALBUMS[1].title)
    return [
        ("/tracks", "tracks", DESKTOP, "dark", _unfolded),
        ("/albums", "albums", DESKTOP, "light", _playing_from_album),
        (album, "album", DESKTOP, "light", _playing),
        ("/search?text=night", "search", DESKTOP, "light", _playing_from_search),
        (album, "now-playing", DESKTOP, "dark", _whole),
        ("/tracks", "phone", PHONE, "light", _playing),
    ]


def _take(
    chrome: Browser, client: Client, root: Path, *, path: str, picture: str, size: dict[str, int], scheme: str,
    act: Callable[[Page], None],
) -> None:  # fmt: skip
    with visitor(chrome, client, viewport=size, color_scheme=scheme, has_touch=size is PHONE) as person:
        page = person.go(path)
        page.wait_for_timeout(1_000)
        act(page)
        page.wait_for_timeout(700)
        page.mouse.move(0, 0)
        page.evaluate(RENAME, [str(root), SHOWN_ROOT])
        assert str(root) not in page.inner_text("body"), picture
        target = PICTURES / f"{picture}.png"
        page.screenshot(path=target)
        taken = Image.open(target).convert("RGB")
        if act is not _whole:
            # 256 colours are enough for a page of text, and a third of the size; a whole cover has more.
            taken = taken.quantize(256, dither=Image.Dither.NONE)
        taken.save(target, optimize=True)


def _playing(page: Page) -> None:
    page.locator("[data-place='0']").first.focus()
    page.keyboard.press("Enter")
    page.locator(".is-now").first.wait_for(state="attached")
    page.wait_for_timeout(1_200)
    page.evaluate("document.activeElement.blur()")


def _playing_from_album(page: Page) -> None:
    page.locator(".card").first.click()
    _playing(page)
    page.go_back()


def _playing_from_search(page: Page) -> None:
    page.locator(".top-result .is-play").click()


def _unfolded(page: Page) -> None:
    _playing(page)
    page.locator(".virtual .unfold").nth(1).click()


def _whole(page: Page) -> None:
    _playing(page)
    page.get_by_role("button", name="Open the player").click()
    page.locator(".now h1").wait_for()


if __name__ == "__main__":
    main()
