"""How many files this process may have open: as many as its connections need, as far as the system lets it."""

import logging
import resource

log = logging.getLogger("soul_player.server")

# A socket, and the file that is sent through it.
PER_CONNECTION = 2
# The store, the log, those who read music and their pipes.
BESIDE = 200


def allow_descriptors(connections_max: int) -> int:
    """How many there may be from now on. A shell's 1024 are used up by half of the connections that are allowed."""
    wanted = PER_CONNECTION * connections_max + BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    except (OSError, ValueError) as error:
        # Some systems have bounds of their own beside the one they tell.
        log.info("no more than %d files may be open at once: %s", soft, error)
        return soft
    if allowed < wanted:
        log.warning(
            "only %d files may be open at once, and %d connections may need %d: raise the limit (LimitNOFILE=), or set "
            "server.connections_max lower", allowed, connections_max, wanted,
        )  # fmt: skip
    return allowed
