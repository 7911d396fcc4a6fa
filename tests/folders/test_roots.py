"""The same file must not be two tracks because two settings lead to it."""

from pathlib import Path

from soul_player.folders.roots import fold_roots, is_inside, shown


def test_doubled_and_nested_folders_are_one_root(tmp_path: Path) -> None:
    """By their real paths, so that a link to a root is that root."""
    for name in ("music/albums", "music-2", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "music")
    folders: list[str | Path] = [
        tmp_path / "music" / "albums", tmp_path / "music", str(tmp_path / "link"), tmp_path / "music-2",
        tmp_path / "other" / ".." / "other", str(tmp_path / "music" / ""),
    ]  # fmt: skip
    assert fold_roots(folders) == [str(tmp_path / name).encode() for name in ("music", "music-2", "other")]


def test_a_neighbour_with_a_longer_name_is_not_inside() -> None:
    """/music-2 is not in /music."""
    assert is_inside(b"/music/a", b"/music")
    assert not is_inside(b"/music-2", b"/music")
    assert is_inside(b"/anything", b"/")


def test_any_path_can_be_shown() -> None:
    """A summary is JSON, which must be UTF-8."""
    assert shown(b"caf\xe9/\xc3\xa9.mp3") == "caf\\xe9/é.mp3"
