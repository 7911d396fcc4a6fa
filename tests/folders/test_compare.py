"""What changed between two looks at a disk, for any disk."""

from hypothesis import given
from hypothesis import strategies as st

from soul_player.audio.source import Stamp
from soul_player.folders.compare import Comparing, is_hidden_below
from soul_player.folders.walk import Listing

STAMPS = st.builds(Stamp, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
FOLDERS = st.sampled_from([b"", b"a", b"a/b", b"ab", b"c"])
PATHS = st.builds(
    lambda folder, name: (folder + b"/" if folder else b"") + name, FOLDERS, st.sampled_from([b"1", b"2"])
)
DISKS = st.dictionaries(PATHS, STAMPS, max_size=10)


def folder_of(path: bytes) -> bytes:
    return path.rpartition(b"/")[0]


@given(known=DISKS, disk=DISKS, unlisted=st.sets(FOLDERS, max_size=2))
def test_every_file_is_told_once_and_rightly(
    known: dict[bytes, Stamp], disk: dict[bytes, Stamp], unlisted: set[bytes]
) -> None:
    """Added, changed, missing or the same: and nothing is missing below a folder that could not be listed."""
    seen = {path: stamp for path, stamp in disk.items() if not is_hidden_below(path, sorted(unlisted))}
    comparing = Comparing({path: (path, *stamp) for path, stamp in known.items()})
    for folder in sorted({folder_of(path) for path in seen} | unlisted):
        listing = Listing(folder, is_complete=folder not in unlisted)
        listing.files = [(path, stamp) for path, stamp in seen.items() if folder_of(path) == folder]
        comparing.see(listing)
    found = comparing.finish()
    assert dict(found.added) == {path: stamp for path, stamp in seen.items() if path not in known}
    assert {file.path: file.stamp for file in found.changed} == {
        path: stamp for path, stamp in seen.items() if path in known and known[path] != stamp
    }
    assert {known_file[0] for known_file in found.missing} == {
        path for path in known if path not in seen and not is_hidden_below(path, sorted(unlisted))
    }
    assert found.files == len(seen)
    assert found.is_root_listed == (b"" not in unlisted)


@given(known=DISKS)
def test_an_unchanged_disk_is_nothing_and_a_full_look_is_everything(known: dict[bytes, Stamp]) -> None:
    """A full scan reads every file once more, also those that look the same."""
    for full in (False, True):
        comparing = Comparing({path: (path, *stamp) for path, stamp in known.items()}, full=full)
        comparing.see(Listing(b"", files=list(known.items())))
        found = comparing.finish()
        assert (found.added, found.missing) == ([], [])
        assert len(found.changed) == (len(known) if full else 0)
