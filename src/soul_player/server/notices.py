"""What people must be told of a server, and what a supervisor and its workers say to each other."""

from dataclasses import dataclass
from pathlib import Path

import msgspec


@dataclass(frozen=True)
class Listening:
    """Connections are accepted at this address."""

    url: str


@dataclass(frozen=True)
class FirstPasswordMade:
    """The first start made an admin: the password is told here and nowhere else."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"FirstPasswordMade(username={self.username!r})"


@dataclass(frozen=True)
class FirstPasswordWritten:
    """The first start made an admin: the password waits in this file until somebody signs in."""

    username: str
    path: Path


Notice = Listening | FirstPasswordMade | FirstPasswordWritten


class Order(msgspec.Struct, frozen=True):
    """To a worker: one line on its stdin, which then stays open for as long as the supervisor lives.

    `is_first`: it brings the database up to date, begins the era and makes the first account, before any other starts.
    """

    worker: int
    descriptor: int
    home: str
    settings: dict[str, object]
    is_first: bool
    is_terminal: bool

    def __repr__(self) -> str:
        return f"Order(worker={self.worker})"


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """It accepts connections."""

    server_id: str


class FirstPassword(msgspec.Struct, frozen=True, tag="first_password"):
    """To be told to people: the password, or the file that it is in."""

    username: str
    password: str = ""
    path: str = ""

    def __repr__(self) -> str:
        return f"FirstPassword(username={self.username!r})"


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It cannot serve. `kind` is the name of the error."""

    kind: str
    text: str


Report = Ready | FirstPassword | Failed
