"""SQL of the accounts."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Row, Writer
from soul_player.protocol.ids import UserId, id_bytes, id_text
from soul_player.server.store.changes import open_scope
from soul_player.server.store.scopes import user_scope

ADD = """
    INSERT INTO users (id, username, username_key, password_hash, is_admin, created_at)
    VALUES (:id, :username, :username_key, :password_hash, :is_admin, :created_at)
    ON CONFLICT (username_key) DO NOTHING
"""

FIND_BY_NAME = """
    SELECT id, username, is_admin, created_at, password_hash
      FROM users
     WHERE username_key = :username_key
"""

FIND = """
    SELECT id, username, is_admin, created_at, password_hash
      FROM users
     WHERE id = :id
"""

LIST = """
    SELECT id, username, is_admin, created_at, password_hash
      FROM users
     ORDER BY username_key
"""

CHANGE_HASH = """
    UPDATE users
       SET password_hash = :password_hash
     WHERE id = :id
"""

REMOVE = """
    DELETE FROM users
     WHERE id = :id
"""

COUNT = """
    SELECT COUNT(*)
      FROM users
"""

# Locks the admins' rows: two admins who remove each other at once take turns.
LOCK_ADMINS = """
    UPDATE users
       SET is_admin = is_admin
     WHERE is_admin = 1
"""


@dataclass(frozen=True)
class StoredUser:
    """One account's row. Its `repr` keeps the hash to itself."""

    id: UserId
    username: str
    is_admin: bool
    created_at: int
    password_hash: str

    def __repr__(self) -> str:
        return f"StoredUser(id={self.id!r}, username={self.username!r}, is_admin={self.is_admin})"


def username_key(username: str) -> str:
    """What makes two names the same: case and surrounding blanks do not count."""
    return username.strip().casefold()


async def add_user(store: Writer, user: StoredUser) -> bool:
    """Make the account and the scope of its playlists and user data. False when the name is taken."""
    added = await store.run(
        ADD,
        id=id_bytes(user.id),
        username=user.username,
        username_key=username_key(user.username),
        password_hash=user.password_hash,
        is_admin=int(user.is_admin),
        created_at=user.created_at,
    )
    if added == 0:
        return False
    await open_scope(store, user_scope(user.id))
    return True


async def find_user_by_name(store: Reader, username: str) -> StoredUser | None:
    """The account of this name, in any case."""
    row = await store.one(FIND_BY_NAME, username_key=username_key(username))
    return None if row is None else _user(row)


async def find_user(store: Reader, user_id: UserId) -> StoredUser | None:
    """The account of this id."""
    row = await store.one(FIND, id=id_bytes(user_id))
    return None if row is None else _user(row)


async def list_users(store: Reader) -> list[StoredUser]:
    """Every account, by name."""
    return [_user(row) for row in await store.all(LIST)]


async def count_users(store: Reader) -> int:
    """How many accounts there are."""
    row = await store.one(COUNT)
    assert row is not None
    return int(row[0])


async def set_password_hash(store: Writer, user_id: UserId, password_hash: str) -> bool:
    """False when there is no such account."""
    return await store.run(CHANGE_HASH, id=id_bytes(user_id), password_hash=password_hash) == 1


async def lock_admins(store: Writer) -> int:
    """How many admins there are, none of whom can go before this transaction ends."""
    return await store.run(LOCK_ADMINS)


async def remove_user(store: Writer, user_id: UserId) -> bool:
    """Remove the account with its devices and tokens. False when there is none."""
    return await store.run(REMOVE, id=id_bytes(user_id)) == 1


def _user(row: Row) -> StoredUser:
    return StoredUser(UserId(id_text(row[0])), str(row[1]), bool(row[2]), int(row[3]), str(row[4]))
