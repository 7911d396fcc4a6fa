"""Pure: whether a run of pages still leads somewhere (protocol, section 2: the loop guard)."""

from dataclasses import dataclass

from soul_player.client.errors import ProtocolError
from soul_player.client.sources.received import ReceivedPage


@dataclass(frozen=True)
class GuardLimits:
    """`empty_pages`: in a row; an honest server has one at the end of an initial run. `pages`: of one run.

    `tracks`: of one source; a library of twenty million is none.
    """

    empty_pages: int = 3
    pages: int = 20_000
    tracks: int = 20_000_000


class LoopGuard:
    """Sees every page of a run that has `done` rows already. `check` raises `ProtocolError` when it leads nowhere."""

    def __init__(self, limits: GuardLimits, *, done: int) -> None:
        self._limits = limits
        self._done = done
        self._pages = 0
        self._empty = 0
        self._seq = -1

    def check(self, page: ReceivedPage, *, cursor: str | None) -> None:
        """`cursor`: the one that the page was asked for with."""
        self._check_seq(page)
        if page.total is not None:
            self._check_total(page.total, page)
        if not page.has_more:
            return
        if page.next_cursor == cursor:
            raise ProtocolError("the server says that there is more, behind a cursor that does not advance")
        self._pages += 1
        self._empty = self._empty + 1 if page.rows == 0 else 0
        if self._empty >= self._limits.empty_pages or self._pages >= self._limits.pages:
            raise ProtocolError(f"the server says that there is more, without an end ({self._pages} pages)")

    def _check_seq(self, page: ReceivedPage) -> None:
        """Rows come in the order of their positions, so no page stands below the one before it."""
        if not page.tracks:
            return
        greatest = max(track.seq for track in page.tracks)
        if greatest <= self._seq:
            raise ProtocolError(f"a page came that ends at position {greatest}, after one that ended at {self._seq}")
        self._seq = greatest

    def _check_total(self, total: int, page: ReceivedPage) -> None:
        """An initial run holds what was counted at its start, or less."""
        self._done += len(page.tracks)
        if total > self._limits.tracks:
            raise ProtocolError(f"the server announces {total} tracks, more than {self._limits.tracks}")
        if self._done > total:
            raise ProtocolError(f"the server announced {total} tracks and sent more")
