"""The page in a real browser: how soon there is something to see, a far jump, search, frames while a sync runs.

The bare limit is a page of nothing but as many rows of text, from the same server into the same browser.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.client_process import add_source
from benchmarks.server_process import serving
from benchmarks.store import library_file
from benchmarks.table import Bar, Of, Row, Settings, short_count

CHROMIUM = Path("/usr/bin/chromium")
START_SECONDS_MAX = 60.0
SYNC_SECONDS_MAX = 300.0
QUIET_SECONDS = 3.0
STARTS = 5
JUMPS = 20
PAINTED_MS_MAX = 1_000.0
JUMP_MS_MAX = 150.0
SEARCH_MS_MAX = 200.0
ELEMENTS_MAX = 400.0
FRAME_MS_MAX = 50.0
SCRIPT_BYTES_MAX = 60_000.0
WORDS = ("night", "love", "zima", "sea star", "björk", "dream", "gold home", "winter")

# When the first rows were painted, by the browser's own clock since the address was asked for.
PAINTED = """
new Promise((done) => {
  const look = () => document.querySelectorAll('.virtual .row .words').length > 5
    ? requestAnimationFrame(() => setTimeout(() => done(performance.now())))
    : requestAnimationFrame(look);
  look();
})
"""
# From the jump of the scroll bar to the frame in which every row in sight has its words.
JUMP = """
share => new Promise((done) => {
  const main = document.getElementById('main');
  const began = performance.now();
  main.scrollTop = (main.scrollHeight - main.clientHeight) * share;
  const look = () => {
    const box = main.getBoundingClientRect();
    const rows = [...document.querySelectorAll('.virtual > .row')].filter((row) => {
      const at = row.getBoundingClientRect();
      return at.bottom > box.top + 90 && at.top < box.bottom;
    });
    const isDrawn = rows.length > 5 && rows.every((row) => row.querySelector('.words'));
    if (isDrawn) requestAnimationFrame(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})
"""
# From the last letter that is typed to the frame that shows what was found for it.
SEARCH = """
text => new Promise((done) => {
  const input = document.querySelector('.search input');
  input.focus();
  input.value = text;
  const began = performance.now();
  input.dispatchEvent(new Event('input', { bubbles: true }));
  const look = () => {
    const shown = document.querySelector('#main .chips')?.dataset.text;
    if (shown === text) requestAnimationFrame(() => done(performance.now() - began));
    else if (performance.now() - began > 5000) done(5000);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})
"""
FRAMES = """
() => {
  window.frames_ = [];
  let last = performance.now();
  const next = (now) => { window.frames_.push(now - last); last = now; requestAnimationFrame(next); };
  requestAnimationFrame(next);
  window.long_ = [];
  new PerformanceObserver((list) => list.getEntries().forEach((one) => window.long_.push(one.duration)))
    .observe({ type: 'longtask', buffered: false });
}
"""
SCRIPTS = """
performance.getEntriesByType('resource').map((one) => one.name).filter((one) => one.endsWith('.js'))
"""
BARE = """
count => new Promise((done) => {
  const began = performance.now();
  const list = document.createElement('div');
  for (let at = 0; at < count; at += 1) {
    list.append(Object.assign(document.createElement('p'), { textContent: `row ${at}` }));
  }
  document.body.replaceChildren(list);
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})
"""


def measure(settings: Settings) -> Sequence[Row]:
    """One library, one client; the browser starts cold for each first look."""
    size = short_count(settings.tracks)
    if not CHROMIUM.exists():
        return [Row(f"page, rows painted, {size}", "ms", None, note="Chromium is not here: make browser installs it")]
    database = library_file(settings.folder, settings.tracks, seed=settings.seed)
    home = settings.folder / "page-client"
    home.mkdir()
    (home / "client.toml").write_text("keyring = false\n", "utf-8")
    with serving(settings.folder / "page-server", database_url=f"sqlite:///{database}") as served, _browser() as chrome:
        add_source(home, served)
        with _client(home) as ask:
            longest, frames = _frames_in_a_sync(chrome, ask, settings.tracks)
            _wait_until_quiet(home, seconds=settings.sized(QUIET_SECONDS, small=0.5))
            painted, script_bytes = _cold_starts(chrome, ask, settings.sized(STARTS, small=1))
            page, close = _opened(chrome, ask)
            elements, jumps = _jumps(page, settings.sized(JUMPS, small=2))
            searches = [_milliseconds(page, SEARCH, word) for word in WORDS[: settings.sized(len(WORDS), small=2)]]
            bare = statistics.median(_milliseconds(page, BARE, 20) for _ in range(STARTS))
            close()
    median = statistics.median
    return [
        Row(f"page, rows painted from a cold start, {size}", "ms", median(painted), bare, "20 lines of text, drawn",
            Bar(Of.OURS, at_most=PAINTED_MS_MAX)),
        Row(f"page, a far jump, {size}", "ms", median(jumps), bar=Bar(Of.OURS, at_most=JUMP_MS_MAX),
            note=f"the slowest of {len(jumps)}: {max(jumps):.0f} ms"),
        Row(f"page, search with its debounce, {size}", "ms", median(searches), bar=Bar(Of.OURS, at_most=SEARCH_MS_MAX),
            note=f"the slowest of {len(searches)}: {max(searches):.0f} ms"),
        Row(f"page, elements, {size}", "elements", float(elements), bar=Bar(Of.OURS, at_most=ELEMENTS_MAX)),
        Row("page, script of the first screen, compressed", "bytes", float(script_bytes),
            bar=Bar(Of.OURS, at_most=SCRIPT_BYTES_MAX)),
        Row(f"page, the longest task while {size} sync", "ms", longest,
            bar=Bar(Of.OURS, at_most=FRAME_MS_MAX), note=frames),
    ]  # fmt: skip


def _milliseconds(page: Page, script: str, argument: float | str) -> float:
    return float(page.evaluate(script, argument))


def _frames_in_a_sync(chrome: Browser, ask: "_Ask", tracks: int) -> tuple[float, str]:
    """The page is open and shows the list while every track comes."""
    page, close = _opened(chrome, ask, path="/tracks")
    page.evaluate(FRAMES)
    until = time.monotonic() + SYNC_SECONDS_MAX
    while ask("GET", "/api/counts")["tracks"] < tracks:
        assert time.monotonic() < until, "the sync did not end"
        page.wait_for_timeout(500)
    page.wait_for_timeout(2_000)
    tasks = page.evaluate("window.long_")
    gaps = page.evaluate("window.frames_.slice(5)")
    close()
    late = sum(1 for gap in gaps if gap > FRAME_MS_MAX)
    return max(
        tasks, default=0.0
    ), f"{late} of {len(gaps)} frames came later than {FRAME_MS_MAX:.0f} ms, on 2 cores shared by all"


def _wait_until_quiet(home: Path, *, seconds: float) -> None:
    """What is matched behind the sync writes all the time: the page is looked at when it is done."""
    wal = home / "library.db-wal"
    until = time.monotonic() + SYNC_SECONDS_MAX
    before = 0
    while (written := wal.stat().st_mtime_ns) != before:
        assert time.monotonic() < until, "the matching did not end"
        before = written
        time.sleep(seconds)


def _cold_starts(chrome: Browser, ask: "_Ask", starts: int) -> tuple[list[float], int]:
    painted = []
    script_bytes = 0
    for _ in range(starts):
        # A profile that has never seen the page: nothing is kept, the session aside.
        page, close = _opened(chrome, ask, path=None)
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        page.goto(f"{ask.url}/tracks", wait_until="commit")
        painted.append(float(page.evaluate(PAINTED)))
        names = page.evaluate(SCRIPTS)
        script_bytes = _compressed(names, ask.url)
        close()
    return painted, script_bytes


def _compressed(names: Sequence[str], url: str) -> int:
    import gzip  # noqa: PLC0415  # only here

    root = Path(__file__).parents[1] / "src" / "soul_player" / "ui" / "page"
    return sum(len(gzip.compress((root / name.removeprefix(f"{url}/")).read_bytes(), 9)) for name in set(names))


def _jumps(page: Page, count: int) -> tuple[int, list[float]]:
    elements, jumps = 0, []
    for jump in range(count):
        share = ((jump * 7919 + 13) % 100) / 100
        jumps.append(_milliseconds(page, JUMP, share))
        elements = max(elements, int(page.evaluate("document.body.querySelectorAll('*').length")))
    return elements, jumps


class _Ask:
    """The local API, as another program."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._token = token

    def __call__(self, method: str, path: str) -> Any:  # noqa: ANN401  # JSON
        headers = {"authorization": f"Bearer {self._token}"}
        with urllib.request.urlopen(urllib.request.Request(self.url + path, method=method, headers=headers)) as answer:
            return json.loads(answer.read())


def _opened(chrome: Browser, ask: _Ask, *, path: str | None = "/tracks") -> tuple[Page, Any]:
    context = chrome.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(ask("POST", "/api/session/links")["url"])
    page.wait_for_selector("#main")
    if path is not None:
        page.goto(ask.url + path)
        page.wait_for_selector("#main h1", state="attached")
        page.wait_for_timeout(500)
    return page, context.close


@contextmanager
def _browser() -> Iterator[Browser]:
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        try:
            yield launched
        finally:
            launched.close()


@contextmanager
def _client(home: Path) -> Iterator[_Ask]:
    """`soul ui`, which syncs as soon as it runs."""
    command = [sys.executable, "-m", "soul_player", "--home", str(home), "ui", "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + START_SECONDS_MAX
        run_file = home / "run.json"
        while not run_file.exists():
            assert time.monotonic() < until, "the page did not come up"
            assert process.poll() is None, "the page ended"
            time.sleep(0.02)
        run = json.loads(run_file.read_text("utf-8"))
        yield _Ask(run["url"], run["token"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
