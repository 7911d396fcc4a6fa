"""The kinds of worlds: each runs a seed, and gives its trace or raises what its kind raises."""

from collections.abc import Callable

from tests.simulation.live_world import LiveWorldFailed, run_live
from tests.simulation.running import Failed, run_seed
from tests.simulation.running_downloads import DownloadsFailed, run_downloads
from tests.simulation.running_sources import TwoServersFailed, run_two_servers
from tests.simulation.trace import Trace

WORLDS: dict[str, Callable[[int], Trace]] = {
    "one": run_seed,
    "two": run_two_servers,
    "live": run_live,
    "downloads": run_downloads,
}
FAILURES = (Failed, TwoServersFailed, LiveWorldFailed, DownloadsFailed)
