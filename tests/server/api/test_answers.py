"""How an answer is encoded on its way out."""

import pytest

from soul_player.server.api.answers import choose_encoding


@pytest.mark.parametrize(
    ("accept_encoding", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("GZIP", "gzip"),
        ("gzip;q=0", None),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("zstd;q=0.0,gzip ; q=1", "gzip"),
        ("*", "zstd"),
        ("*;q=0", None),
        ("zstd;q=0, *", "gzip"),
        ("br, deflate", None),
        ("gzip;q=nonsense", None),
        (",,;;=", None),
    ],
)
def test_only_what_was_offered_is_used(accept_encoding: str, encoding: str | None) -> None:
    """A client that cannot read the answer would take the server for broken."""
    assert choose_encoding(accept_encoding) == encoding
