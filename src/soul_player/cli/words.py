"""How numbers, sizes and times are said to people. Pure."""

_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def percent(done: int, total: int) -> int:
    """Floored, so that 100 % means done; 100 when there is nothing to do."""
    return 100 if total <= 0 else min(100, max(0, done) * 100 // total)


def count(number: int, noun: str) -> str:
    """`1 track`, `1,234 tracks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size(size_bytes: int) -> str:
    """`812 bytes`, `1.4 MB`."""
    amount = float(size_bytes)
    for unit in _UNITS:
        if amount < 1000 or unit == _UNITS[-1]:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError(size_bytes)


def duration(seconds: float) -> str:
    """`3:07`, `1:02:03`."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def ago(then_ms: int | None, now_ms: int) -> str:
    """`never`, `just now`, `1 min ago`, `3 h ago`, `2 days ago`."""
    if then_ms is None:
        return "never"
    minutes = (now_ms - then_ms) // 60_000
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60)} days ago"
