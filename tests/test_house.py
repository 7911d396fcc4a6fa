"""The house keeps its shape: what ruff, mypy and import-linter do not look at."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "soul_player"
TESTS = ROOT / "tests"

LINES_MAX = 300
# A test file is read one test at a time.
TEST_LINES_MAX = 400
# The whole command line in one place is worth more than the number, and so is the whole door of the client.
LONGER = {"src/soul_player/cli/parser.py": 360, "src/soul_player/client/__init__.py": 400}
FUNCTION_LINES_MAX = 60
# Folders and files under these names answer no question: everything fits, so nobody finds anything.
FORBIDDEN_NAMES = frozenset(
    ("utils", "util", "helpers", "helper", "common", "base", "misc", "core", "manager", "stuff")
)
# Files of tests that mirror no file, because what they hold true spans several.
SPANNING_TESTS = frozenset(("walks", "simulation", "edges"))


def tracked(*patterns: str) -> list[Path]:
    """The files of the repository, also those about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    return sorted({ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()})


SOURCES = [path for path in tracked("src/*.py", "tests/*.py", "benchmarks/*.py") if path.stat().st_size > 0]
assert len(SOURCES) > 30, "git lists no sources: the tests below would pass over nothing"


def name_of(path: Path) -> str:
    """For the names of the parametrised tests."""
    return str(path.relative_to(ROOT))


def functions_of(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_a_mind_can_hold() -> None:
    """God files begin at line 301."""
    lengths = {path: len(path.read_text().splitlines()) for path in SOURCES}
    long = {
        name_of(path): lines
        for path, lines in lengths.items()
        if lines > LONGER.get(name_of(path), TEST_LINES_MAX if path.is_relative_to(TESTS) else LINES_MAX)
    }
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    """Data in a function (a list of cases) is no excuse: it is named and moved out."""
    long = {}
    for path in tracked("src/*.py"):
        for function in functions_of(ast.parse(path.read_text())):
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > FUNCTION_LINES_MAX:
                long[f"{name_of(path)}: {function.name}"] = lines
    assert long == {}


def test_every_name_answers_a_question() -> None:
    """No dumping ground."""
    parts = {name_of(path): {*path.relative_to(ROOT).parts[:-1], path.stem} for path in SOURCES}
    assert {name for name, words in parts.items() if words & FORBIDDEN_NAMES} == set()


def test_every_file_begins_with_its_one_job() -> None:
    """One docstring, whose first line is a sentence; an empty `__init__.py` has no job."""
    silent = []
    for path in SOURCES:
        docstring = ast.get_docstring(ast.parse(path.read_text()))
        if not docstring or docstring.splitlines()[0].rstrip()[-1] not in ".:!?,;)":
            silent.append(name_of(path))
    assert silent == []


def test_imports_hide_no_cycle() -> None:
    """`TYPE_CHECKING` and `from __future__` are how a cycle is kept from sight."""
    hidden = [
        name_of(path)
        for path in tracked("src/*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    ]
    assert hidden == []


def test_a_silenced_rule_says_why() -> None:
    """`noqa` and `type: ignore` without a code and a reason are not allowed."""
    bare = []
    for path in SOURCES:
        before = ""
        for number, line in enumerate(path.read_text().splitlines(), 1):
            silenced = re.search(r"#\s*(noqa|type: ignore)(?P<codes>[^#]*)(?P<reason>#.*)?", line)
            # The reason stands behind the code, or in a comment right above.
            reason = (silenced and silenced["reason"]) or (before if before.startswith("#") else "")
            before = line.strip()
            if silenced is None or path == Path(__file__) or "# ruff: noqa" in line:
                continue
            if not re.search(r"[A-Za-z]", silenced["codes"]) or not re.search(r"[A-Za-z]{3}", reason):
                bare.append(f"{name_of(path)}:{number}")
    assert bare == []


def test_every_test_file_has_its_source_file() -> None:
    """A test is found without searching: `src/soul_player/a/b.py` is tested in `tests/a/test_b.py`."""
    lost = []
    for path in tracked("tests/*.py"):
        relative = path.relative_to(TESTS)
        if not path.name.startswith("test_") or len(relative.parts) == 1 or relative.parts[0] in SPANNING_TESTS:
            continue
        # test_page_crash.py is about page.py, seen from one side; a test of a whole room is named after the room.
        # The benchmarks stand beside the package.
        subject = (ROOT if relative.parts[0] == "benchmarks" else PACKAGE) / relative.parent
        words = path.stem.removeprefix("test_").split("_")
        stems = ["_".join(words[:count]) for count in range(1, len(words) + 1)]
        mirrored = any((subject / f"{stem}.py").exists() or (subject / stem).is_dir() for stem in stems)
        if not mirrored and not subject.is_dir():
            lost.append(name_of(path))
    assert lost == []


@pytest.mark.parametrize("module", ["unittest.mock", "pytest_mock", "mock", "freezegun", "responses"])
def test_no_mocking_library_is_used(module: str) -> None:
    """Real inside, small fakes at the edge: a mock repeats the code and survives its bugs."""
    pattern = re.compile(rf"^\s*(from|import)\s+{re.escape(module)}\b", re.MULTILINE)
    assert [name_of(path) for path in SOURCES if pattern.search(path.read_text())] == []


def test_no_test_is_skipped_in_silence() -> None:
    """A skip must be a decision that someone can read; without a reason it is a hole."""
    holes = []
    for path in tracked("tests/*.py"):
        if path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(r"pytest\.skip\(\s*\)|mark\.skip\b(?!\w*\(.*reason)|mark\.xfail\b(?!\(.*reason)", line):
                holes.append(f"{name_of(path)}:{number}")
    assert holes == []


def text_files() -> list[Path]:
    """Every tracked file that is text, this one aside: it names what it looks for."""
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in {".png", ".jpg", ".woff2", ".ico"}:
            continue
        head = path.read_bytes()[:4096]
        if b"\0" not in head:
            found.append(path)
    return found


@pytest.mark.parametrize(
    "pattern",
    [
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|index-url(?!\s)|--extra-index",
        r"/(?:home|Users|work|root|tmp)/[\w.]+/(?:main|shared|\.venv)",
    ],
    ids=["an address of a registry", "a path of one machine"],
)
def test_no_tracked_file_names(pattern: str) -> None:
    """What is true on one machine only breaks on the next."""
    expression = re.compile(pattern)
    named = [
        f"{name_of(path)}: {match.group(0)}"
        for path in text_files()
        if (match := expression.search(path.read_bytes().decode("utf-8", "replace")))
        # The Makefile forbids the index's address to be written into the lock.
        and not (path.name == "Makefile" and "--no-emit-index-url" in path.read_text())
    ]
    assert named == []
