"""The page's files: what others wrote is what they published, what is ours stays small enough to read and to load."""

import gzip
import hashlib
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "src" / "soul_player" / "ui" / "page"
SCRIPTS = sorted(PAGE.rglob("*.js"))
OWN = [path for path in SCRIPTS if "vendor" not in path.parts]
LINES_MAX = 250
COMPRESSED_BYTES_MAX = 60_000


def test_what_others_wrote_is_what_they_published() -> None:
    """`SHA256SUMS` names every script under `vendor`, and each licence."""
    vendor = PAGE / "vendor"
    lines = [line.split("  ") for line in (vendor / "SHA256SUMS").read_text().splitlines()]
    told = {name: digest for digest, name in lines}
    assert {path.name for path in vendor.glob("*.js")} <= set(told)
    assert {name: hashlib.sha256((vendor / name).read_bytes()).hexdigest() for name in told} == told
    assert any(name.startswith("LICENSE") for name in told)


def test_no_script_is_longer_than_a_mind_can_hold() -> None:
    """As for the files of Python."""
    lengths = {path.relative_to(PAGE).as_posix(): len(path.read_text().splitlines()) for path in OWN}
    assert len(lengths) > 30
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}


def test_every_script_begins_with_its_one_job() -> None:
    """A comment, as a docstring does."""
    assert [path.name for path in OWN if not re.match(r"// \S.*", path.read_text())] == []


def imports_of(path: Path) -> list[tuple[str, bool]]:
    """What a script imports, and whether only when it is needed."""
    text = path.read_text()
    at_once = re.findall(
        r"""^(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]|\bfrom"([^"]+)\"""", text, re.MULTILINE
    )
    later = re.findall(r"""\bimport\(\s*['"]([^'"]+)['"]""", text)
    return [(own or others, False) for own, others in at_once] + [(name, True) for name in later]


def test_scripts_import_by_relative_paths_that_are_there() -> None:
    """There is no build step that would find anything else; and nothing comes from another host."""
    found = [(path, name) for path in SCRIPTS for name, _ in imports_of(path)]
    assert len(found) > 200
    lost = [(path.name, name) for path, name in found if not name.startswith(".") or not (path.parent / name).is_file()]
    assert lost == []


def first_scripts() -> set[Path]:
    """What is loaded before the first rows are drawn."""
    loaded: set[Path] = set()
    waiting = [PAGE / "app.js", PAGE / "screens" / "tracks.js"]
    while waiting:
        path = waiting.pop().resolve()
        if path not in loaded:
            loaded.add(path)
            waiting += [path.parent / name for name, is_later in imports_of(path) if not is_later]
    return loaded


def test_the_document_names_all_that_is_loaded_first() -> None:
    """So that the browser asks for all of it at once, instead of finding one import behind the other."""
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', (PAGE / "index.html").read_text())
    assert len(named) == len(set(named))
    wanted = {f"/{path.relative_to(PAGE.resolve()).as_posix()}" for path in first_scripts()} - {"/app.js"}
    assert set(named) == wanted


def test_what_the_first_screen_loads_is_small() -> None:
    """Each script compressed by itself, as a server would send it. Others are loaded with their screens."""
    loaded = first_scripts()
    size = sum(len(gzip.compress(path.read_bytes(), 9)) for path in loaded)
    assert len(loaded) > 30
    assert size < COMPRESSED_BYTES_MAX, size


def test_nothing_is_drawn_from_html_in_a_text() -> None:
    """A tag of a file is text wherever it is shown: no script of the page can make more of it."""
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write|\beval\(|new Function"
    )
    assert [path.name for path in OWN if forbidden.search(path.read_text())] == []


def test_the_document_holds_no_script_and_no_style_of_its_own() -> None:
    """The policy would not let it run."""
    for page in PAGE.glob("*.html"):
        text = page.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", text), page.name
