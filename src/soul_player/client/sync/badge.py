"""Pure: the badge: the state of all sources in one word, the worst first, each with its reason and one action."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soul_player.client.errors import DiskFull, ServerChanged
from soul_player.client.library.connectivity import Connectivity
from soul_player.client.library.model import Source, SourceId, SourceType


class BadgeState(StrEnum):
    """The four states."""

    SYNCING = "syncing"
    FAILED = "failed"
    OFFLINE = "offline"
    SYNCED = "synced"


class BadgeAction(StrEnum):
    """What a person can do about it: one thing."""

    CANCEL = "cancel"
    SYNC = "sync"
    RETRY = "retry"
    SIGN_IN = "sign_in"
    CHECK_CERTIFICATE = "check_certificate"
    # Another server answers there: `soul resolve` asks what it is.
    DECIDE = "decide"
    # That was said; its own server is at none of its addresses.
    ADD_ADDRESS = "add_address"
    FREE_SPACE = "free_space"
    TURN_ONLINE = "turn_online"
    ADD_SOURCE = "add_source"


@dataclass(frozen=True)
class SourceBadge:
    """How one source is. `reason`: in words for people; None when there is nothing to explain."""

    source_id: SourceId
    source_name: str
    state: BadgeState
    reason: str | None
    action: BadgeAction


@dataclass(frozen=True)
class Badge:
    """`label` is in the words that people see; reason and action are those of the first of `sources`, the worst.

    `source_id`: whose state it is, when it is one source's.
    """

    state: BadgeState
    label: str
    reason: str | None
    action: BadgeAction
    source_id: SourceId | None
    sources: tuple[SourceBadge, ...] = ()


WORKING_OFFLINE = "you are working offline"
# What runs now goes before what is about to be known anew; offline is a state, failed is a failure.
_WORST_FIRST = (BadgeState.SYNCING, BadgeState.FAILED, BadgeState.OFFLINE, BadgeState.SYNCED)


def badge_of(
    sources: Sequence[Source],
    *,
    syncing: Collection[SourceId],
    asked: Collection[SourceId],
    works_offline: bool,
    now_ms: int,
) -> Badge:
    """`syncing`: those whose sync runs now. `asked`: those in whose place an unknown server answers, which a person is
    asked about. `works_offline`: the person has turned the switch.
    """
    each = sorted(
        (
            source_badge(one, is_syncing=one.id in syncing, is_asked=one.id in asked, works_offline=works_offline)
            for one in sources
        ),
        key=lambda one: _WORST_FIRST.index(one.state),
    )
    if not each:
        return Badge(BadgeState.SYNCED, "Synced", "there is no source yet", BadgeAction.ADD_SOURCE, None)
    worst, found = each[0], tuple(each)
    if works_offline and worst.state is not BadgeState.SYNCING:
        return Badge(BadgeState.OFFLINE, "Offline", WORKING_OFFLINE, BadgeAction.TURN_ONLINE, None, found)
    alike = sum(one.state is worst.state for one in each)
    label = _label(worst.state, sources, now_ms=now_ms)
    if worst.state is BadgeState.SYNCED:
        action = next((one.action for one in each if one.reason), worst.action)
        return Badge(worst.state, label, None, action, None, found)
    reason = None if worst.reason is None else f"{worst.source_name}: {worst.reason}"
    return Badge(worst.state, label, reason, worst.action, worst.source_id if alike == 1 else None, found)


def source_badge(source: Source, *, is_syncing: bool, is_asked: bool, works_offline: bool) -> SourceBadge:
    """Of one source."""
    state, reason, action = _of_source(source, is_syncing=is_syncing, is_asked=is_asked, works_offline=works_offline)
    return SourceBadge(source.id, source.name, state, reason, action)


def _of_source(  # one line a state
    source: Source, *, is_syncing: bool, is_asked: bool, works_offline: bool
) -> tuple[BadgeState, str | None, BadgeAction]:
    error, said = source.last_error_code, source.last_error
    if is_syncing:
        return BadgeState.SYNCING, None, BadgeAction.CANCEL
    if works_offline and source.type is SourceType.SERVER:
        return BadgeState.OFFLINE, WORKING_OFFLINE, BadgeAction.TURN_ONLINE
    if source.needs_sign_in:
        return BadgeState.FAILED, "sign in again", BadgeAction.SIGN_IN
    if error == ServerChanged.code:
        state = BadgeState.FAILED if is_asked else BadgeState.OFFLINE
        return state, said, BadgeAction.DECIDE if is_asked else BadgeAction.ADD_ADDRESS
    if source.connectivity is Connectivity.CERTIFICATE_PROBLEM:
        return BadgeState.FAILED, _met(source) or said, BadgeAction.CHECK_CERTIFICATE
    if source.is_offline:
        return BadgeState.OFFLINE, _met(source) or said or "it cannot be reached", BadgeAction.RETRY
    if error is not None:
        action = BadgeAction.FREE_SPACE if error == DiskFull.code else BadgeAction.RETRY
        return BadgeState.FAILED, said, action
    reason = "it was not synced yet" if source.last_sync_at_ms is None else None
    return BadgeState.SYNCED, reason, BadgeAction.SYNC


def _met(source: Source) -> str | None:
    return next((one.error for one in source.addresses if one.error is not None), None)


def _label(state: BadgeState, sources: Sequence[Source], *, now_ms: int) -> str:
    if state is BadgeState.SYNCING:
        return "Syncing..."
    if state is BadgeState.FAILED:
        return "Sync Failed (Retry?)"
    if state is BadgeState.OFFLINE:
        return "Offline"
    at_ms = synced_at_ms(sources)
    return "Not synced yet" if at_ms is None else f"Synced ({ago(at_ms, now_ms)})"


def synced_at_ms(sources: Sequence[Source]) -> int | None:
    """All that is shown is as of then, or later: the sync that is longest ago. None: a source was never synced."""
    synced = [one.last_sync_at_ms for one in sources if one.last_sync_at_ms is not None]
    return min(synced) if synced and len(synced) == len(sources) else None


def ago(then_ms: int, now_ms: int) -> str:
    """`just now`, `2 mins ago`. A clock that was set back makes nothing happen in the future."""
    seconds = max(0, now_ms - then_ms) // 1_000
    if seconds < 60:
        return "just now"
    if seconds < 3_600:
        return _some(seconds // 60, "min")
    return _some(seconds // 3_600, "hour") if seconds < 2 * 86_400 else _some(seconds // 86_400, "day")


def _some(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'} ago"
