"""Small faults of one server at several addresses: caught by the worlds whose devices go out."""

from tests.simulation.fault import CLIENT, Fault

ROUTE = CLIENT + "sources.route"
CONNECTIONS = CLIENT + "sources.connections"

FAULTS_OF_ADDRESSES = (
    Fault(
        "whoever answers at an address is believed",
        CONNECTIONS,
        "Connections._way",
        "ServerClient(transport, self._clock, server_id=source.server_id)",
        "ServerClient(transport, self._clock)",
    ),
    Fault(
        "who was met at an address once is believed to be there for ever",
        ROUTE,
        "Route._is_known",
        "self._clock.monotonic() - way.known_at <= KNOWN_SECONDS",
        "True",
    ),
    Fault(
        "what is met at an address is not written down",
        CONNECTIONS,
        "Connections._met",
        "if opened.known.get(url) == sighting and not is_first_now:",
        "if True:",
    ),
    Fault(
        "nothing but the address that worked last is asked",
        ROUTE,
        "Route._way",
        "left = [way for way in self._ways if way not in failed]",
        "left = self._ways[:1]",
    ),
    Fault(
        "who meets another server listens no more",
        CLIENT + "sources.live_client",
        "Live.listen",
        "GoneError, ServerChanged)",
        "GoneError)",
    ),
)
