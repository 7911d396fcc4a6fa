"""The name under which a track is saved."""

from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soul_player.server.media.names import attachment


@pytest.mark.parametrize(
    ("artist", "title", "ascii_name", "name"),
    [
        ("Amber", "Night Drive", "Amber_-_Night_Drive.flac", "Amber_-_Night_Drive.flac"),
        ("Björk", "Jóga", "Bjork_-_Joga.flac", "Björk_-_Jóga.flac"),
        (None, "Untitled", "Untitled.flac", "Untitled.flac"),
        ("", "  ", "track.flac", "track.flac"),
        ("浜崎", "夢", "track.flac", "浜崎_-_夢.flac"),
        ("AC/DC", "../../etc/passwd", "AC_DC_-_.._.._etc_passwd.flac", "AC_DC_-_.._.._etc_passwd.flac"),
        (None, "..", "track.flac", "track.flac"),
        (None, ".hidden", "hidden.flac", "hidden.flac"),
        (None, 'a"; filename="b', "a___filename=_b.flac", "a___filename=_b.flac"),
        (None, "a\r\nSet-Cookie: x", "aSet-Cookie__x.flac", "aSet-Cookie__x.flac"),
        (None, "photo\u202egpj.exe", "photogpj.exe.flac", "photogpj.exe.flac"),
        (None, "\u2100 \u2025", "a_c.flac", "\u2100_\u2025.flac"),
        (None, "lone\ud800surrogate", "lonesurrogate.flac", "lonesurrogate.flac"),
        (None, "100% \\ real?*", "100____real.flac", "100____real.flac"),
    ],
)
def test_a_title_becomes_a_safe_name(artist: str | None, title: str, ascii_name: str, name: str) -> None:
    """No title may break out of the quotes, of the header, or of the folder it is saved in."""
    header = attachment(artist, title, ".flac").decode("ascii")
    parsed = _parsed(header)
    assert parsed["filename"] == ascii_name
    assert parsed["filename*"] == name


@given(artist=st.none() | st.text(max_size=300), title=st.text(max_size=10_000))
def test_every_title_gives_a_header_that_parses(artist: str | None, title: str) -> None:
    """Tags are written by strangers."""
    header = attachment(artist, title, ".mp3").decode("ascii")
    assert all(" " <= character <= "~" for character in header)
    for name in _parsed(header).values():
        assert name.endswith(".mp3")
        assert "/" not in name
        assert "\\" not in name
        assert not name.startswith(".")
        assert 4 < len(name.encode()) <= 255


def _parsed(header: str) -> dict[str, str]:
    """As a browser reads it: the standard library's parser for the one name, RFC 8187 for the other."""
    kind, plain, extended = header.split("; ", 2) if header.count("; ") == 2 else _split(header)
    assert kind == "attachment"
    message = Message()
    message["Content-Disposition"] = f"{kind}; {plain}"
    filename = message.get_filename()
    assert filename is not None
    charset, _, text = extended.removeprefix("filename*=").partition("''")
    assert charset == "UTF-8"
    return {"filename": filename, "filename*": unquote(text, errors="strict")}


def _split(header: str) -> tuple[str, str, str]:
    kind, _, rest = header.partition("; ")
    plain, _, extended = rest.rpartition("; ")
    return kind, plain, extended
