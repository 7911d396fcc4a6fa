"""The badge: the state of all sources in one word, worst first, with its reason and one action. Pure."""

from collections.abc import Collection, Sequence
from enum import StrEnum

import msgspec

from soul_player.client import Source, SourceId


class BadgeState(StrEnum):
    """The four states."""

    SYNCING = "syncing"
    SYNCED = "synced"
    FAILED = "failed"
    OFFLINE = "offline"


class BadgeAction(StrEnum):
    """What a person can do about it: one thing."""

    CANCEL = "cancel"
    SYNC = "sync"
    RETRY = "retry"
    SIGN_IN = "sign_in"
    CHECK_CERTIFICATE = "check_certificate"
    TURN_ONLINE = "turn_online"
    ADD_SOURCE = "add_source"


class Badge(msgspec.Struct, frozen=True):
    """`label` is in the words that people see. `source_id`: whose state it is, when it is one source's."""

    state: BadgeState
    label: str
    reason: str | None
    action: BadgeAction
    source_id: int | None


def badge_of(sources: Sequence[Source], *, syncing: Collection[SourceId], is_offline: bool, now_ms: int) -> Badge:
    """`syncing`: those whose sync runs now. `is_offline`: the person has switched to working offline."""
    failed = [one for one in sources if one.needs_sign_in or (one.last_error_code is not None and not one.is_offline)]
    offline = [one for one in sources if one.is_offline and not one.needs_sign_in]
    if syncing:
        return Badge(BadgeState.SYNCING, "Syncing...", None, BadgeAction.CANCEL, _only(syncing))
    if is_offline:
        return Badge(BadgeState.OFFLINE, "Offline", "you are working offline", BadgeAction.TURN_ONLINE, None)
    if failed:
        return _failed(failed[0])
    if offline:
        first = offline[0]
        reason = f"{first.name}: {first.last_error}" if first.last_error else f"{first.name} cannot be reached"
        return Badge(BadgeState.OFFLINE, "Offline", reason, BadgeAction.RETRY, first.id)
    synced = [one.last_sync_at_ms for one in sources if one.last_sync_at_ms is not None]
    if not sources:
        return Badge(BadgeState.SYNCED, "Synced", "there is no source yet", BadgeAction.ADD_SOURCE, None)
    if len(synced) < len(sources):
        return Badge(BadgeState.SYNCED, "Not synced yet", None, BadgeAction.SYNC, None)
    return Badge(BadgeState.SYNCED, f"Synced ({ago(min(synced), now_ms)})", None, BadgeAction.SYNC, None)


def ago(then_ms: int, now_ms: int) -> str:
    """`just now`, `2 mins ago`. A clock that was set back makes nothing happen in the future."""
    seconds = max(0, now_ms - then_ms) // 1_000
    if seconds < 60:
        return "just now"
    for unit_seconds, limit_seconds, one, many in (
        (60, 3_600, "min", "mins"),
        (3_600, 86_400, "hour", "hours"),
    ):
        if seconds < limit_seconds:
            number = seconds // unit_seconds
            return f"{number} {one if number == 1 else many} ago"
    days = seconds // 86_400
    return f"{days} {'day' if days == 1 else 'days'} ago"


def _failed(source: Source) -> Badge:
    action = BadgeAction.RETRY
    if source.needs_sign_in:
        action = BadgeAction.SIGN_IN
    elif source.last_error_code in {"certificate_unknown", "certificate_changed"}:
        action = BadgeAction.CHECK_CERTIFICATE
    reason = f"{source.name}: {source.last_error or 'sign in again'}"
    return Badge(BadgeState.FAILED, "Sync Failed (Retry?)", reason, action, source.id)


def _only(syncing: Collection[SourceId]) -> int | None:
    return next(iter(syncing)) if len(syncing) == 1 else None
