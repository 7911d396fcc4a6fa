"""SQL of the signed-in devices: a session is such a row, and ends when it goes."""

from dataclasses import dataclass

from soul_player.database.access import Reader, Writer
from soul_player.protocol.ids import DeviceId, UserId, id_bytes, id_text

FIND_SESSION = """
    SELECT devices.user_id, devices.device_id, users.is_admin
      FROM devices
      JOIN users ON users.id = devices.user_id
     WHERE devices.session_id = :session_id
"""

FIND_CREATED_AT = """
    SELECT created_at
      FROM devices
     WHERE user_id = :user_id
       AND device_id = :device_id
"""

REMOVE = """
    DELETE FROM devices
     WHERE user_id = :user_id
       AND device_id = :device_id
"""

REMOVE_SESSION = """
    DELETE FROM devices
     WHERE session_id = :session_id
"""

REMOVE_OTHERS = """
    DELETE FROM devices
     WHERE user_id = :user_id
       AND session_id <> :session_id
"""

REMOVE_ALL = """
    DELETE FROM devices
     WHERE user_id = :user_id
"""

# One that sign-ins with the same device id raced for is replaced by the later of them.
ADD = """
    INSERT INTO devices (user_id, device_id, session_id, device_name, created_at, last_seen_at)
    VALUES (:user_id, :device_id, :session_id, :device_name, :created_at, :last_seen_at)
"""

SEEN = """
    UPDATE devices
       SET last_seen_at = :now_ms
     WHERE session_id = :session_id
"""

LIST = """
    SELECT device_id, device_name, created_at, last_seen_at, session_id
      FROM devices
     WHERE user_id = :user_id
     ORDER BY last_seen_at DESC, device_id
"""

# A user has a handful of devices; a program that makes up a new id at each sign-in must not fill the table.
LEAST_RECENT = """
    SELECT device_id
      FROM devices
     WHERE user_id = :user_id
     ORDER BY last_seen_at DESC, device_id
     LIMIT 1000 OFFSET :keep
"""

DEVICES_PER_USER_MAX = 100


@dataclass(frozen=True)
class Session:
    """Who asks, and from which device."""

    id: bytes
    user_id: UserId
    device_id: DeviceId
    is_admin: bool


@dataclass(frozen=True)
class StoredDevice:
    """One device's row."""

    device_id: DeviceId
    device_name: str
    created_at: int
    last_seen_at: int
    session_id: bytes


async def find_session(store: Reader, session_id: bytes) -> Session | None:
    """The session, unless it was ended."""
    row = await store.one(FIND_SESSION, session_id=session_id)
    if row is None:
        return None
    return Session(session_id, UserId(id_text(row[0])), DeviceId(row[1]), bool(row[2]))


async def begin_session(
    store: Writer, user_id: UserId, device_id: DeviceId, *, session_id: bytes, device_name: str, now_ms: int
) -> None:
    """Sign the device in anew: an earlier session of it ends. The least recently seen beyond a bound go."""
    user = id_bytes(user_id)
    earlier = await store.one(FIND_CREATED_AT, user_id=user, device_id=device_id)
    await store.run(REMOVE, user_id=user, device_id=device_id)
    await store.run(
        ADD,
        user_id=user,
        device_id=device_id,
        session_id=session_id,
        device_name=device_name,
        created_at=now_ms if earlier is None else int(earlier[0]),
        last_seen_at=now_ms,
    )
    for (surplus,) in await store.all(LEAST_RECENT, user_id=user, keep=DEVICES_PER_USER_MAX):
        await store.run(REMOVE, user_id=user, device_id=surplus)


async def note_seen(store: Writer, session_id: bytes, now_ms: int) -> bool:
    """Remember that the device was here. False when its session has ended."""
    return await store.run(SEEN, session_id=session_id, now_ms=now_ms) == 1


async def list_devices(store: Reader, user_id: UserId) -> list[StoredDevice]:
    """The user's devices, the latest seen first."""
    rows = await store.all(LIST, user_id=id_bytes(user_id))
    return [StoredDevice(DeviceId(row[0]), str(row[1]), int(row[2]), int(row[3]), bytes(row[4])) for row in rows]


async def remove_device(store: Writer, user_id: UserId, device_id: DeviceId) -> bool:
    """Sign one device of the user out. False when there is none of that id."""
    return await store.run(REMOVE, user_id=id_bytes(user_id), device_id=device_id) == 1


async def end_session(store: Writer, session_id: bytes) -> None:
    """Sign the device out; its tokens go with it."""
    await store.run(REMOVE_SESSION, session_id=session_id)


async def end_other_sessions(store: Writer, user_id: UserId, *, but: bytes | None) -> int:
    """Sign every device of the user out, but the one of this session."""
    if but is None:
        return await store.run(REMOVE_ALL, user_id=id_bytes(user_id))
    return await store.run(REMOVE_OTHERS, user_id=id_bytes(user_id), session_id=but)
