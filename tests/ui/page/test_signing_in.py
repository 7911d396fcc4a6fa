"""Who a real browser lets in: a link once, a password, and no page of another program on this machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.page.world import Client, client_at

PASSWORD = "night drive 1974"

# Everything that a page can make a browser send; each says whether it got through, and to what.
ATTACK = """async (url) => {
  const tried = {};
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ on: true });
  const attempts = {
    read: () => fetch(`${url}/api/status`, { credentials: 'include' }).then((answer) => answer.text()),
    write: () => fetch(`${url}/api/offline`, { method: 'PUT', credentials: 'include', headers: json, body }).then((answer) => answer.status),
    blind: () => fetch(`${url}/api/sync`, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).then((answer) => answer.type),
    script: () => new Promise((resolve, reject) => {
      const script = document.createElement('script');
      Object.assign(script, { src: `${url}/app.js`, type: 'module', onload: () => resolve('ran'), onerror: () => reject(new Error('no')) });
      document.head.append(script);
    }),
    image: () => new Promise((resolve, reject) => {
      const image = new Image();
      Object.assign(image, { onload: () => resolve('drawn'), onerror: () => reject(new Error('no')), src: `${url}/icons/soul.svg` });
    }),
    socket: () => new Promise((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/api/events`);
      Object.assign(socket, { onmessage: () => resolve('heard'), onerror: () => reject(new Error('no')) });
    }),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    tried[name] = await attempt().then((got) => `got ${got}`, () => 'refused');
  }
  return tried;
}"""  # noqa: E501  # a script reads better unbroken

FOLLOW_LINK = """(href) => {
  const link = Object.assign(document.createElement('a'), { href });
  document.body.append(link);
  link.click();
}"""
SEND_FORM = """(action) => {
  const form = Object.assign(document.createElement('form'), { action, method: 'post' });
  document.body.append(form);
  form.submit();
}"""
FRAME = "(src) => document.body.append(Object.assign(document.createElement('iframe'), { src }))"


class OtherProgram(BaseHTTPRequestHandler):
    """A page of its own at every path."""

    def do_GET(self) -> None:
        """Empty, but a page."""
        body = b"<!doctype html><title>Another program</title>"
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def other_port() -> Iterator[int]:
    """Another program of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), OtherProgram)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join(10)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of nothing: who is let in is the question, not what to."""
    home = tmp_path_factory.mktemp("empty") / "home"
    home.mkdir()
    with client_at(home) as opened:
        yield opened


def test_a_link_opens_the_page_once_and_leaves_no_code_behind(chrome: Browser, empty: Client) -> None:
    """In the address, in the history; the second browser is told how to get one of its own."""
    link = empty.link()
    first = chrome.new_context()
    page = first.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.url} {request.headers}"))
    page.goto(link)
    page.wait_for_selector("#main")
    code = link.partition("#code=")[2]
    assert code not in page.url
    assert [one for one in asked if code in one] == []
    assert "soul_" not in page.evaluate("document.cookie"), "a script can read the session"
    page.reload()
    page.wait_for_selector("#main")
    second = chrome.new_context()
    other = second.new_page()
    other.goto(link)
    expect(other.get_by_role("status")).to_contain_text("used already")
    expect(other.get_by_text("soul ui")).to_be_visible()
    other.goto(empty.url)
    expect(other.get_by_role("status")).to_contain_text("not been let in")
    first.close()
    second.close()


def test_a_link_on_another_sites_page_opens_ours_for_who_is_in(chrome: Browser, empty: Client, other_port: int) -> None:
    """The browser brings no cookie along on that way: our own page finds that there is one."""
    context = chrome.new_context()
    page = context.new_page()
    page.goto(empty.link())
    page.wait_for_selector("#main")
    page.goto(f"http://localhost:{other_port}/")
    page.evaluate(FOLLOW_LINK, empty.url + "/albums")
    page.wait_for_selector("#main")
    assert page.url == empty.url + "/albums"
    context.close()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_no_page_of_another_program_reaches_it(chrome: Browser, empty: Client, other_port: int, name: str) -> None:
    """Also of the same host, to which the browser sends our cookie: ports are nothing to it."""
    context = chrome.new_context()
    page = context.new_page()
    page.goto(empty.link())
    page.wait_for_selector("#main")
    page.goto(f"http://{name}:{other_port}/")
    tried: dict[str, Any] = page.evaluate(ATTACK, empty.url)
    # What is sent blindly comes to nothing, though the sender cannot see that.
    assert tried.pop("blind") in {"refused", "got opaque"}
    assert set(tried.values()) == {"refused"}, tried
    with page.expect_response(f"{empty.url}/api/session/links") as answered, page.expect_navigation():
        page.evaluate(SEND_FORM, f"{empty.url}/api/session/links")
    assert answered.value.status == 403
    page.goto(f"http://{name}:{other_port}/")
    page.evaluate(FRAME, empty.url)
    page.wait_for_timeout(500)
    assert all("Soul Player" not in frame.content() for frame in page.frames if frame is not page.main_frame)
    assert empty.ask("GET", "/api/offline") == {"on": False}
    assert empty.ask("GET", "/api/sync")["sources"] == []
    context.close()


def test_a_password_lets_a_phone_in(chrome: Browser, empty: Client) -> None:
    """Once one is set; a wrong one says so, and the next try is right there."""
    empty.ask("PUT", "/api/session/password", {"password": PASSWORD})
    context = chrome.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(empty.url)
    field = page.get_by_label("Password of this player")
    field.fill("a wrong one")
    field.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("not the password")
    field.fill(PASSWORD)
    page.get_by_role("button", name="Open").click()
    page.wait_for_selector("#main")
    context.close()
    empty.ask("PUT", "/api/session/password", {"password": None})
