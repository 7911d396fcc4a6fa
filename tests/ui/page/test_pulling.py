"""Pulled down at its top on a phone, the page asks for a sync; a short pull, or one further down, asks for nothing."""

from playwright.sync_api import Browser, CDPSession, expect

from tests.ui.page.world import PHONE, Client, visitor

FAR, SHORT = 260, 60
# Requests for a sync, as the page sends them.
COUNTED = """() => {
  window.syncs = 0;
  const real = window.fetch;
  window.fetch = (...asked) => {
    if (asked[0] === '/api/sync' && asked[1].method === 'POST') window.syncs += 1;
    return real(...asked);
  };
}"""


def pull(touch: CDPSession, *, begin: float, by: float) -> None:
    """One finger, in steps."""
    send = "Input.dispatchTouchEvent"
    touch.send(send, {"type": "touchStart", "touchPoints": [{"x": 200, "y": begin}]})
    for step in range(1, 6):
        touch.send(send, {"type": "touchMove", "touchPoints": [{"x": 200, "y": begin + by * step / 5}]})
    touch.send(send, {"type": "touchEnd", "touchPoints": []})


def test_a_pull_at_the_top_asks_for_a_sync(chrome: Browser, client: Client) -> None:
    """With a finger: far enough, once; the badge and a voice say that it runs."""
    with visitor(chrome, client, viewport=PHONE, has_touch=True, is_mobile=True) as person:
        page = person.go("/tracks")
        page.get_by_role("grid", name="Tracks").wait_for()
        page.wait_for_function("() => performance.getEntriesByName(location.origin + '/parts/pull.js').length > 0")
        page.evaluate(COUNTED)
        touch = person.context.new_cdp_session(page)
        pull(touch, begin=300, by=SHORT)
        expect(page.locator(".pull")).not_to_be_attached()
        assert page.evaluate("window.syncs") == 0
        pull(touch, begin=300, by=FAR)
        page.wait_for_function("() => window.syncs === 1")
        expect(page.locator(".unseen[aria-live]")).to_contain_text("Syncing")
        expect(page.locator(".pull")).not_to_be_attached()
        # Further down a pull scrolls.
        page.evaluate("() => { document.getElementById('main').scrollTop = 200; }")
        page.wait_for_function("() => document.getElementById('main').scrollTop > 150")
        pull(touch, begin=400, by=100)
        assert page.evaluate("window.syncs") == 1
