"""CPU time, of this process, of one thread, or of another process: the only time that a shared machine leaves alone."""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_NS_PER_SECOND = 1_000_000_000


@dataclass
class Spent:
    """What a block cost: user and system time of all threads of this process, and wall time."""

    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure the block; the figures are there when it ends."""
    measured = Spent()
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield measured
    finally:
        measured.cpu_seconds = time.process_time() - cpu
        measured.wall_seconds = time.perf_counter() - wall


def process_cpu_seconds(pid: int) -> float:
    """User and system time of another process, all its threads, to the nanosecond.

    `/proc/<pid>/schedstat` would tell one thread only, and `/proc/<pid>/stat` counts in hundredths of a second; the
    process's CPU clock is exact, and readable by whoever may see the process.
    """
    # clock_getcpuclockid(3), which Python lacks: the kernel's own encoding of a process's CPU clock.
    return time.clock_gettime_ns((~pid << 3) | 2) / _NS_PER_SECOND


def children_cpu_seconds(pid: int) -> float:
    """The same for a process with all its living descendants, and those of them that ended and were waited for."""
    total = process_cpu_seconds(pid) + _reaped_cpu_seconds(pid)
    for child in _children(pid):
        total += children_cpu_seconds(child)
    return total


def peak_memory_bytes(pid: int) -> int:
    """The greatest resident size that the process ever had."""
    return _status_kib(pid, "VmHWM") * 1024


def memory_bytes(pid: int) -> int:
    """Its resident size now."""
    return _status_kib(pid, "VmRSS") * 1024


def children_memory_bytes(pid: int) -> int:
    """The same for a process with all its living descendants."""
    return memory_bytes(pid) + sum(children_memory_bytes(child) for child in _children(pid))


def paired_medians(ours: Callable[[], float], limit: Callable[[], float], *, repeats: int) -> tuple[float, float]:
    """Both measured in turns, so that a noisy minute falls on both; the medians."""
    pairs = [(ours(), limit()) for _ in range(repeats)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def _reaped_cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    # cutime and cstime: fields 16 and 17 of proc(5), the 14th and 15th after the name.
    return (int(fields[13]) + int(fields[14])) / _TICKS_PER_SECOND


def _children(pid: int) -> list[int]:
    children: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        children.extend(int(child) for child in (task / "children").read_text("utf-8").split())
    return children


def _status_kib(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise AssertionError(f"/proc/{pid}/status has no {name}")
