"""Addresses as people type them, and where plain HTTP may go."""

import pytest

from soul_player.client.errors import AddressInvalid, InsecureAddress
from soul_player.client.sources.addresses import is_private, parse_address, require_private


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:8420", "http://127.0.0.1:8420"),
        ("http://127.0.0.1:80/", "http://127.0.0.1"),
        ("https://Music.Example:443", "https://music.example"),
        ("music.example", "https://music.example"),
        ("music.example:8420/soul/", "https://music.example:8420/soul"),
        ("http://[::1]:8420", "http://[::1]:8420"),
        ("HTTP://nas.local", "http://nas.local"),
    ],
)
def test_an_address_has_one_spelling(text: str, url: str) -> None:
    assert parse_address(text).url == url
    assert parse_address(url).url == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "ftp://music.example",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://ann:secret@music.example",
        "http://music.example/?token=1",
        "http://music.example/#x",
        "http://music.example:99999",
        "http://music.example:port",
        "http://music .example",
        "http://music.example/\r\nX: y",
        "http://[::1",
        "http://mus\x8cic.example",
        "http://\U000e08afmusic.example",
        "http://" + "a" * 64 + ".example",
        "x" * 2001,
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid):
        parse_address(text)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.9.9.9", "::1", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.5", "169.254.1.1",
     "fe80::1%eth0", "fd00::1", "::ffff:192.168.1.5"],
)  # fmt: skip
def test_this_machine_and_private_networks_are_private(address: str) -> None:
    assert is_private(address)
    require_private("x", address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "172.15.0.1", "192.169.0.1", "11.0.0.1", "0.0.0.0", "255.255.255.255", "224.0.0.1",
     "100.64.0.1", "192.0.2.1", "2606:4700::1", "::ffff:8.8.8.8", "::", "2002:c0a8:105::1", "fec0::1"],
)  # fmt: skip
def test_everything_else_is_not(address: str) -> None:
    assert not is_private(address)
    with pytest.raises(InsecureAddress):
        require_private("x", address)
