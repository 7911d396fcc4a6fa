"""Behaviour 19: a certificate that nobody vouches for, and one that changed: compared, refused, trusted by a person."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.edges.certificates import FOLDER, fingerprint
from tests.ui.page.places import ALBUM, PASSWORD
from tests.ui.page.world import Client, client_at, server_at, visitor

PATIENCE_MS = 30_000


@dataclass
class Encrypted:
    """A real server over TLS whose certificate can be another one tomorrow, and a client that knows no server yet."""

    root: Path
    running: ExitStack
    client: Client
    url: str = ""

    def show(self, name: str) -> None:
        """The server is started again with this certificate, at its address."""
        self.running.close()
        pem = str(FOLDER / f"{name}.pem")
        port = int(self.url.rpartition(":")[2]) if self.url else 0
        serving = server_at(
            self.root / "server", self.root / "music", port=port, more=("--tls-cert", pem, "--tls-key", pem)
        )
        self.url = self.running.enter_context(serving)


@pytest.fixture
def encrypted(few: Path, anns_server: Path, tmp_path: Path) -> Iterator[Encrypted]:
    """It shows the first certificate."""
    (tmp_path / "music").symlink_to(few)
    shutil.copytree(anns_server, tmp_path / "server")
    with ExitStack() as stack, ExitStack() as running:
        opened = Encrypted(tmp_path, running, stack.enter_context(client_at(tmp_path / "client")))
        opened.show("first")
        yield opened


def printed(name: str) -> str:
    """As the page writes it, so that it can be compared piece by piece."""
    return " ".join(re.findall(".{4}", fingerprint(name).upper()))


def connect(page: Page) -> None:
    """The form, filled in and sent."""
    dialog = page.get_by_role("dialog")
    for label, text in (("User name", "ann"), ("Password", PASSWORD)):
        dialog.get_by_label(label).fill(text)
    dialog.get_by_role("button", name="Connect").click()


def test_a_certificate_is_compared_refused_trusted_and_asked_about_when_it_changes(
    chrome: Browser, encrypted: Encrypted
) -> None:
    """Nothing secret goes to a server before a person has said yes, and nothing at all once it shows another one."""
    with visitor(chrome, encrypted.client) as person:
        page = person.go("/")
        page.get_by_label("Server address").fill(encrypted.url)
        page.get_by_role("button", name="Connect").click()
        connect(page)
        asked = page.get_by_role("dialog").get_by_role("alert")
        expect(asked).to_contain_text("Your password was not sent")
        expect(asked.locator(".print")).to_have_text(printed("first"))
        asked.get_by_role("button", name="Do not connect").click()
        expect(asked).not_to_be_attached()
        assert encrypted.client.ask("GET", "/api/sources")["sources"] == []
        # What was typed is still there.
        page.get_by_role("dialog").get_by_role("button", name="Connect").click()
        asked.get_by_role("button", name="It is the same: trust it").click()
        expect(page.get_by_role("row", name=re.compile(ALBUM[0]))).to_be_visible(timeout=PATIENCE_MS)

        encrypted.show("second")
        person.go("/sync")
        page.get_by_role("button", name="Sync now").click()
        badge = page.locator("header .badge")
        expect(badge).to_have_text("Sync Failed (Retry?)", timeout=PATIENCE_MS)
        line = page.get_by_role("region", name="How the sources are").get_by_role("listitem")
        expect(line).to_contain_text("Certificate problem")
        line.get_by_role("button", name="Check the certificate").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.locator(".print")).to_have_text([printed("first"), printed("second")])
        expect(dialog.get_by_role("radio", name=re.compile("Do not use this address"))).to_be_checked()
        dialog.get_by_role("button", name="Apply").click()
        expect(dialog).not_to_be_attached()
        expect(line).to_contain_text("Certificate problem")
        # What is known is still there to be looked at.
        page.get_by_role("link", name=re.compile("^Tracks")).first.click()
        expect(page.get_by_role("row", name=re.compile(ALBUM[1]))).to_be_visible()

        person.go("/sources/1")
        page.locator(".page > .note").get_by_role("button", name="Check the certificate").click()
        dialog.get_by_text("I renewed it: trust the new certificate").click()
        dialog.get_by_role("button", name="Apply").click()
        expect(dialog).not_to_be_attached()
        page.get_by_role("button", name="Sync now").click()
        expect(badge).to_contain_text("Synced", timeout=PATIENCE_MS)
        expect(page.locator(".page > .note")).not_to_be_attached()
