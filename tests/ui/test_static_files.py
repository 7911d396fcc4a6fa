"""The page's files: those that are there, and nothing else of this machine."""

from pathlib import Path

import pytest

from soul_player.ui.static_files import CONTENT_TYPES, INDEX, PAGE, SIGN_IN, file_answer
from tests.conftest import run


def answer(path: str, *, if_none_match: str = "", is_signed_in: bool = True) -> tuple[int, dict[bytes, bytes], bytes]:
    found = run(file_answer(path, if_none_match, is_signed_in=is_signed_in))
    return found.status, dict(found.headers), found.body


def test_every_file_of_the_page_is_served_as_what_it_is() -> None:
    files = [path for path in PAGE.rglob("*") if path.is_file() and path.suffix in CONTENT_TYPES]
    assert len(files) > 5
    for path in files:
        status, headers, body = answer(f"/{path.relative_to(PAGE)}")
        assert (status, headers[b"content-type"].decode()) == (200, CONTENT_TYPES[path.suffix]), path
        if path.name != INDEX:
            assert body == path.read_bytes()


def test_a_place_in_the_page_is_the_page_itself_for_who_is_signed_in() -> None:
    """And the door for who is not: it says how to get in."""
    for path in ("/", "/albums", "/albums/12", "/tracks/a b"):
        assert answer(path)[2] == (PAGE / INDEX).read_bytes()
        assert answer(path, is_signed_in=False)[2] == (PAGE / SIGN_IN).read_bytes()
    assert answer("/index.html", is_signed_in=False)[2] == (PAGE / SIGN_IN).read_bytes()
    assert "soul ui" in (PAGE / SIGN_IN).read_text()


def test_what_a_browser_has_is_not_sent_again() -> None:
    _, headers, _ = answer("/sign-in.js")
    status, _, body = answer("/sign-in.js", if_none_match=f"W/{headers[b'etag'].decode()}")
    assert (status, body) == (304, b"")
    assert headers[b"cache-control"] == b"no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/../../pyproject.toml",
        "/css/../../frame.py",
        "/%2e%2e/app.py",
        "//etc/passwd.html",
        "/..\\app.py",
        "/sign-in.js\0.html",
        "/.hidden.html",
        "/css/.git/config.json",
        "/app.py",
        "/vendor/README.md",
        "/vendor/SHA256SUMS.txt",
        "/no-such-file.js",
        "/sign-in.js/",
        "/css/tokens.css/x.css",
        "/" + "a" * 5_000 + ".js",
    ],
)
def test_nothing_else_is_served(path: str) -> None:
    status, _, body = answer(path)
    assert status == 404 or body == (PAGE / INDEX).read_bytes()


def test_a_link_that_leads_out_of_the_page_leads_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were one ever to lie there."""
    (tmp_path / "page").mkdir()
    (tmp_path / "secret.html").write_text("secret")
    (tmp_path / "page" / "out.html").symlink_to(tmp_path / "secret.html")
    monkeypatch.setattr("soul_player.ui.static_files.PAGE", tmp_path / "page")
    assert answer("/out.html")[0] == 404


def test_no_script_and_no_style_is_written_into_the_pages_html() -> None:
    """The policy would stop it: the page would not work."""
    for path in PAGE.rglob("*.html"):
        text = path.read_text().lower()
        assert "<script>" not in text
        assert "<style" not in text
        assert " style=" not in text
        assert " on" not in [piece[:3] for piece in text.split("<")]
        assert "javascript:" not in text
        assert "http://" not in text
        assert "https://" not in text
