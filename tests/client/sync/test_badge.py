"""The badge: four states over all sources, the worst first, each with a reason and one action."""

from dataclasses import replace

import pytest

from soul_player.client import BadgeAction, BadgeState, Connectivity, Source, SourceAddress, SourceId, SourceType, ago
from soul_player.client.sync.badge import Badge, badge_of

MINUTE_MS = 60_000


def server(
    number: int, *, seen: Connectivity = Connectivity.ONLINE, met: str | None = None, **changed: object
) -> Source:
    """Well and synced two minutes ago, but for what a test says."""
    address = SourceAddress("https://music.example", seen=seen, error=met)
    plain = Source(
        id=SourceId(number), name=f"Server {number}", type=SourceType.SERVER, addresses=(address,), server_id=None,
        username="ann", account_id="1", is_active=True, needs_sign_in=False, added_at_ms=0,
        last_sync_at_ms=8 * MINUTE_MS, last_error_code=None, last_error=None,
        is_offline=seen is Connectivity.OFFLINE, failed_attempts=0, retry_at_ms=None,
    )  # fmt: skip
    return replace(plain, **changed)  # type: ignore[arg-type]  # the caller names them


WELL = server(1)
AWAY = server(2, seen=Connectivity.OFFLINE, met="home cannot be reached")
FAILED = server(3, last_error_code="protocol", last_error="malformed")
SIGNED_OUT = server(4, needs_sign_in=True)
UNTRUSTED = server(
    5, seen=Connectivity.CERTIFICATE_PROBLEM, met="another certificate", last_error_code="certificate_changed"
)
CHANGED = server(6, seen=Connectivity.OFFLINE, last_error_code="server_changed", last_error="another server answers")
FULL = server(7, last_error_code="disk_full", last_error="no room")
NEW = server(8, last_sync_at_ms=None)


def badge(
    *sources: Source, syncing: tuple[int, ...] = (), asked: tuple[int, ...] = (6,), works_offline: bool = False
) -> Badge:
    ids = [SourceId(number) for number in syncing]
    about = [SourceId(number) for number in asked]
    return badge_of(sources, syncing=ids, asked=about, works_offline=works_offline, now_ms=10 * MINUTE_MS)


@pytest.mark.parametrize(
    ("sources", "label", "action", "source_id"),
    [
        ((WELL,), "Synced (2 mins ago)", BadgeAction.SYNC, None),
        ((), "Synced", BadgeAction.ADD_SOURCE, None),
        ((NEW,), "Not synced yet", BadgeAction.SYNC, None),
        ((WELL, AWAY), "Offline", BadgeAction.RETRY, 2),
        ((WELL, AWAY, FAILED), "Sync Failed (Retry?)", BadgeAction.RETRY, 3),
        ((SIGNED_OUT,), "Sync Failed (Retry?)", BadgeAction.SIGN_IN, 4),
        ((UNTRUSTED, WELL), "Sync Failed (Retry?)", BadgeAction.CHECK_CERTIFICATE, 5),
        ((CHANGED,), "Sync Failed (Retry?)", BadgeAction.DECIDE, 6),
        ((FULL,), "Sync Failed (Retry?)", BadgeAction.FREE_SPACE, 7),
    ],
)
def test_the_worst_source_gives_the_word_and_the_action(
    sources: tuple[Source, ...], label: str, action: BadgeAction, source_id: int | None
) -> None:
    """A server that is away is never hidden by another one that is well."""
    found = badge(*sources)
    assert (found.label, found.action, found.source_id) == (label, action, source_id)


def test_a_badge_says_why_and_lists_every_source_the_worst_first() -> None:
    found = badge(WELL, AWAY, FAILED)
    assert found.reason == "Server 3: malformed"
    assert [(one.source_id, one.state) for one in found.sources] == [
        (3, BadgeState.FAILED), (2, BadgeState.OFFLINE), (1, BadgeState.SYNCED),
    ]  # fmt: skip
    assert found.sources[1].reason == "home cannot be reached"


def test_what_runs_goes_before_all_and_can_be_cancelled() -> None:
    found = badge(WELL, FAILED, syncing=(1,))
    assert (found.state, found.label, found.action) == (BadgeState.SYNCING, "Syncing...", BadgeAction.CANCEL)


def test_working_offline_is_the_persons_own_word() -> None:
    """Whatever else is the matter: nothing is asked, so nothing fails."""
    found = badge(WELL, FAILED, works_offline=True)
    assert (found.label, found.reason, found.action) == ("Offline", "you are working offline", BadgeAction.TURN_ONLINE)


def test_all_that_is_shown_is_as_of_the_oldest_sync() -> None:
    assert badge(WELL, server(9, last_sync_at_ms=3 * MINUTE_MS)).label == "Synced (7 mins ago)"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"), (59, "just now"), (60, "1 min ago"), (125, "2 mins ago"), (3_600, "1 hour ago"),
        (47 * 3_600, "47 hours ago"), (48 * 3_600, "2 days ago"),
    ],
)  # fmt: skip
def test_times_are_floored_and_never_in_the_future(seconds: int, said: str) -> None:
    assert ago(0, seconds * 1000) == said


def test_what_was_said_to_be_another_server_is_not_asked_again() -> None:
    """Its own server is somewhere else: where, a person can say."""
    found = badge(CHANGED, asked=())
    assert (found.label, found.action, found.source_id) == ("Offline", BadgeAction.ADD_ADDRESS, 6)
