"""Signing in: what goes there and what comes back."""

import msgspec

from soul_player.protocol.ids import DeviceId, UserId


class LoginRequest(msgspec.Struct, frozen=True):
    """`POST /api/auth/login`. The lengths are bounds on what is stored, not on what people may like."""

    username: str
    password: str
    device_id: str
    device_name: str = ""

    def __repr__(self) -> str:
        """No password in a log or a traceback."""
        return f"LoginRequest(username={self.username!r}, device_id={self.device_id!r})"


class RefreshRequest(msgspec.Struct, frozen=True):
    """`POST /api/auth/refresh`."""

    refresh_token: str

    def __repr__(self) -> str:
        """No token in a log or a traceback."""
        return "RefreshRequest()"


class PasswordRequest(msgspec.Struct, frozen=True):
    """`POST /api/auth/password`: answers 204."""

    current_password: str
    new_password: str

    def __repr__(self) -> str:
        """No password in a log or a traceback."""
        return "PasswordRequest()"


class User(msgspec.Struct, frozen=True):
    """An account as others see it."""

    id: UserId
    username: str
    is_admin: bool
    created_at: str


class UserList(msgspec.Struct, frozen=True):
    """`GET /api/admin/users`."""

    users: tuple[User, ...]


class NewUser(msgspec.Struct, frozen=True):
    """`POST /api/admin/users`."""

    username: str
    password: str
    is_admin: bool = False

    def __repr__(self) -> str:
        """No password in a log or a traceback."""
        return f"NewUser(username={self.username!r})"


class SignedIn(msgspec.Struct, frozen=True):
    """The answer to a login and to a refresh. `expires_in` is seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    user: User

    def __repr__(self) -> str:
        """No token in a log or a traceback."""
        return f"SignedIn(user={self.user.username!r}, expires_in={self.expires_in})"


class Device(msgspec.Struct, frozen=True):
    """One device of the user that asks."""

    device_id: DeviceId
    device_name: str
    created_at: str
    last_seen_at: str
    current: bool


class DeviceList(msgspec.Struct, frozen=True):
    """`GET /api/auth/devices`."""

    devices: tuple[Device, ...]
