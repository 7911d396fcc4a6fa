"""The kinds of worlds: each runs a seed, and gives its trace or raises `Failed`."""

from collections.abc import Callable

from tests.simulation.live_world import run_live
from tests.simulation.running import run_seed
from tests.simulation.running_addresses import run_addresses
from tests.simulation.running_downloads import run_downloads
from tests.simulation.running_sources import run_two_servers
from tests.simulation.trace import Trace

WORLDS: dict[str, Callable[[int], Trace]] = {
    "one": run_seed,
    "two": run_two_servers,
    "live": run_live,
    "addresses": run_addresses,
    "downloads": run_downloads,
}
