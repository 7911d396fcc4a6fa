"""Who this server is and the keys behind its cursors and tokens: rows of its database, made once."""

from dataclasses import dataclass, field

from soul_player.database.access import Writer
from soul_player.edges import Clock, Randomness, mint
from soul_player.protocol.ids import ServerId

KEY_BYTES = 32

MAKE = """
    INSERT INTO server_secret (name, value)
    VALUES (:name, :value)
    ON CONFLICT (name) DO NOTHING
"""

READ = """
    SELECT value
      FROM server_secret
     WHERE name = :name
"""


@dataclass(frozen=True)
class Secrets:
    """The same for every process on one database, and carried along by its backups."""

    server_id: ServerId
    cursor_key: bytes = field(repr=False)
    token_key: bytes = field(repr=False)


async def make_secrets(store: Writer, clock: Clock, randomness: Randomness) -> Secrets:
    """Make what is missing, then read back: of two processes that start together, one wins for both."""
    server_id = await _made(store, "server_id", mint(clock, randomness).encode())
    cursor_key = await _made(store, "cursor_key", randomness.bytes(KEY_BYTES))
    token_key = await _made(store, "token_key", randomness.bytes(KEY_BYTES))
    return Secrets(ServerId(server_id.decode()), cursor_key, token_key)


async def _made(store: Writer, name: str, value: bytes) -> bytes:
    await store.run(MAKE, name=name, value=value)
    row = await store.one(READ, name=name)
    assert row is not None
    return bytes(row[0])
