"""Leaving: a browser is signed out by the person at it, and the page says how to come back."""

from playwright.sync_api import Browser, expect

from tests.ui.page.world import Client, Visitor, visitor


def test_this_browser_is_signed_out_and_told_how_to_come_back(person: Visitor) -> None:
    """Neither back nor another address lets it in again; a link does."""
    page = person.go("/settings")
    card = page.get_by_role("region", name="This browser")
    expect(card).to_contain_text("run soul ui on the computer that it runs on")
    card.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("You are signed out in this browser.")
    expect(page.get_by_text("To open it in this browser, run soul ui")).to_be_visible()
    assert "signed-out" not in page.url
    page.goto(person.client.url + "/tracks")
    expect(page.get_by_role("status")).to_contain_text("This browser has not been let in yet.")
    page.goto(person.client.link())
    expect(page.get_by_role("navigation", name="Main").first).to_be_visible()


def test_every_other_browser_is_signed_out(chrome: Browser, client: Client, person: Visitor) -> None:
    """This one stays."""
    with visitor(chrome, client) as other:
        other.go("/albums")
        page = person.go("/settings")
        page.get_by_role("button", name="Sign out all other browsers").click()
        expect(page.get_by_text("Every other browser is signed out")).to_be_visible()
        other.page.goto(client.url + "/albums")
        expect(other.page.get_by_role("status")).to_contain_text("This browser has not been let in yet.")
        person.go("/albums")
        expect(page.get_by_role("heading", name="Albums", level=1)).to_be_visible()
