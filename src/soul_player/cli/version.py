"""`soul version`."""

from soul_player import __version__
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.protocol.server_info import PROTOCOL_VERSION


def run(flags: Flags) -> int:
    """Program and protocol."""
    output = Output(flags)
    output.record({"version": __version__, "protocol": PROTOCOL_VERSION})
    output.result(f"Soul Player {__version__}, protocol {PROTOCOL_VERSION}")
    return 0
