"""SQL of the addresses of a source."""

from soul_player.client.library.connectivity import Connectivity, Sighting, SourceAddress, connectivity_of
from soul_player.client.library.model import SourceId
from soul_player.database.access import Reader, Writer

# The one that worked last is tried first; before any has worked, in the order in which they were added.
ALL = """
    SELECT source_id, url, fingerprint, is_insecure, seen, seen_at, error_code, error
      FROM addresses
     ORDER BY source_id, turn DESC, id
"""

ADD = """
    INSERT INTO addresses (source_id, url, fingerprint, is_insecure)
    VALUES (:source_id, :url, :fingerprint, :is_insecure)
"""

REMOVE = """
    DELETE FROM addresses
     WHERE source_id = :source_id
       AND url = :url
"""

PIN = """
    UPDATE addresses
       SET fingerprint = :fingerprint, seen = NULL, error_code = NULL, error = NULL
     WHERE source_id = :source_id
       AND url = :url
"""

SEE = """
    UPDATE addresses
       SET seen = :seen, seen_at = :now_ms, error_code = :error_code, error = :error,
           turn = CASE WHEN :seen = 'online' THEN (SELECT 1 + MAX(turn) FROM addresses) ELSE turn END
     WHERE source_id = :source_id
       AND url = :url
"""

KNOWN = """
    SELECT needs_sign_in, last_error_code
      FROM sources
     WHERE id = :source_id
"""

SET_OFFLINE = """
    UPDATE sources
       SET is_offline = :is_offline
     WHERE id = :source_id
"""


async def all_addresses(library: Reader) -> dict[SourceId, list[SourceAddress]]:
    """Of every source, in the order in which they are tried."""
    found: dict[SourceId, list[SourceAddress]] = {}
    for row in await library.all(ALL):
        address = SourceAddress(
            url=row[1].decode("utf-8", "surrogatepass"),
            fingerprint=row[2],
            is_insecure=bool(row[3]),
            seen=None if row[4] is None else Connectivity(row[4]),
            seen_at_ms=row[5],
            error_code=row[6],
            error=row[7],
        )
        found.setdefault(SourceId(row[0]), []).append(address)
    return found


async def add_address(library: Writer, source_id: SourceId, address: SourceAddress) -> None:
    """Tried after those that are there."""
    await library.run(
        ADD,
        source_id=source_id,
        url=_stored(address.url),
        fingerprint=address.fingerprint,
        is_insecure=int(address.is_insecure),
    )


async def remove_address(library: Writer, source_id: SourceId, url: str) -> None:
    """Nothing is sent there any more. Not the only one."""
    await library.run(REMOVE, source_id=source_id, url=_stored(url))
    await _refresh(library, source_id)


async def pin_certificate(library: Writer, source_id: SourceId, url: str, fingerprint: str) -> None:
    """A person said yes to it: what was met there before says nothing any more."""
    await library.run(PIN, source_id=source_id, url=_stored(url), fingerprint=fingerprint)
    await _refresh(library, source_id)


async def note_seen(library: Writer, source_id: SourceId, url: str, sighting: Sighting, *, now_ms: int) -> Connectivity:
    """What was met at an address; how the source is with it."""
    await library.run(
        SEE,
        source_id=source_id,
        url=_stored(url),
        seen=sighting.seen.value,
        error_code=sighting.error_code,
        error=sighting.error,
        now_ms=now_ms,
    )
    return await _refresh(library, source_id)


async def _refresh(library: Writer, source_id: SourceId) -> Connectivity:
    """`sources.is_offline` is what many statements join: it always says what the addresses say."""
    row = await library.one(KNOWN, source_id=source_id)
    if row is None:
        return Connectivity.OFFLINE
    addresses = (await all_addresses(library)).get(source_id, [])
    without_sign_in = connectivity_of(addresses, needs_sign_in=False, last_error_code=row[1])
    is_offline = without_sign_in is Connectivity.OFFLINE
    await library.run(SET_OFFLINE, source_id=source_id, is_offline=int(is_offline))
    return Connectivity.SIGN_IN_NEEDED if row[0] else without_sign_in


def _stored(url: str) -> bytes:
    return url.encode("utf-8", "surrogatepass")
