"""A scanner over real folders and a real store, and what a client would see of it."""

import asyncio
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from soul_player.database.access import Database, Reader
from soul_player.edges import SystemClock, SystemRandomness
from soul_player.folders.messages import Failed, Hashed, HashRequest, TagsRead, TagsRequest
from soul_player.folders.read import perform
from soul_player.protocol.scan import ScanSummary
from soul_player.protocol.track import Track
from soul_player.server.scanner.parts import ScanParts
from soul_player.server.scanner.scan import Scanner
from soul_player.server.store.open import open_store

LIVE = """
    SELECT tracks.body
      FROM sync_change
      JOIN tracks ON tracks.id = sync_change.entity_id
     WHERE sync_change.scope = 'library'
       AND sync_change.deleted = 0
"""
DELETED = "SELECT entity_id FROM sync_change WHERE scope = 'library' AND deleted = 1"
PLACES = "SELECT tracks.path, tracks.id FROM tracks WHERE is_present = 1"
HEAD = "SELECT seq FROM sync_head WHERE scope = 'library'"


class InlineReaders:
    """Reads files on the caller's own thread, with the very code of the worker processes; counts what it read."""

    def __init__(self) -> None:
        self.tags_read: list[bytes] = []
        self.hashed: list[bytes] = []

    async def read_tags(self, root: bytes, paths: Sequence[bytes]) -> list[TagsRead | Failed]:
        self.tags_read += paths
        answers = perform(TagsRequest(root, tuple(paths))).answers
        return [answer for answer in answers if isinstance(answer, TagsRead | Failed)]

    async def hash_files(self, root: bytes, paths: Sequence[bytes], *, size_bytes: int) -> list[Hashed | Failed]:
        self.hashed += paths
        answers = perform(HashRequest(root, tuple(paths))).answers
        return [answer for answer in answers if isinstance(answer, Hashed | Failed)]


class SwitchableReaders:
    """Hands on to whoever reads now."""

    def __init__(self, readers: Any) -> None:
        self.readers = readers

    async def read_tags(self, root: bytes, paths: Sequence[bytes]) -> Any:
        return await self.readers.read_tags(root, list(paths))

    async def hash_files(self, root: bytes, paths: Sequence[bytes], *, size_bytes: int) -> Any:
        return await self.readers.hash_files(root, list(paths), size_bytes=size_bytes)


@dataclass
class Scanned:
    """A store and a scanner over it."""

    database: Database
    scanner: Scanner
    readers: InlineReaders
    switch: "SwitchableReaders"
    announced: list[str] = field(default_factory=list)

    def use(self, readers: Any) -> None:
        """Let somebody else read the files from now on."""
        self.switch.readers = readers

    async def scan(self, *, full: bool = False, hashes: bool = True) -> ScanSummary:
        """Scan, and hash what is new unless told otherwise."""
        summary = await self.scanner.scan(full=full)
        if hashes:
            await self.scanner.hash_all()
        return summary

    async def tracks(self) -> dict[str, Track]:
        """What a client would hold, by id."""
        return await self.database.read(_tracks)

    async def ids(self) -> dict[str, str]:
        """The id at each path."""
        return await self.database.read(_ids)

    async def deleted(self) -> set[str]:
        """The ids that a client would be told are gone."""
        return await self.database.read(_deleted)

    async def head(self) -> int:
        """The newest position."""
        return await self.database.read(_head)


@asynccontextmanager
async def scanned(url: str, *roots: Path, randomness: SystemRandomness | None = None) -> AsyncGenerator[Scanned, None]:
    """A scanner over these roots; open it again with others to see the settings change."""
    clock, randomness = SystemClock(), randomness or SystemRandomness()
    async with open_store(url, clock=clock, randomness=randomness) as store:
        readers = InlineReaders()
        announced: list[str] = []
        switch = SwitchableReaders(readers)
        parts = ScanParts(store.database, clock, randomness, switch, announced.append)
        scanner = Scanner(parts, [os.fsencode(root) for root in roots])
        yield Scanned(store.database, scanner, readers, switch, announced)


async def _tracks(store: Reader) -> dict[str, Track]:
    found = [msgspec.json.decode(body, type=Track) for (body,) in await store.all(LIVE)]
    return {track.id: track for track in found}


async def _ids(store: Reader) -> dict[str, str]:
    rows = await store.all(PLACES)
    return {os.fsdecode(bytes(path)): _text(track_id) for path, track_id in rows}


async def _deleted(store: Reader) -> set[str]:
    return {_text(track_id) for (track_id,) in await store.all(DELETED)}


async def _head(store: Reader) -> int:
    row = await store.one(HEAD)
    assert row is not None
    return int(row[0])


def _text(track_id: bytes) -> str:
    digits = bytes(track_id).hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class ChangingReaders:
    """Reads as the workers do, but lets something happen to the files before it answers."""

    def __init__(self, library: Scanned, happen: Callable[[], object]) -> None:
        self._readers = library.readers
        self._happen = happen

    async def read_tags(self, root: bytes, paths: Sequence[bytes]) -> list[TagsRead | Failed]:
        answers = await self._readers.read_tags(root, paths)
        self._happen()
        return answers

    async def hash_files(self, root: bytes, paths: Sequence[bytes], *, size_bytes: int) -> list[Hashed | Failed]:
        return await self._readers.hash_files(root, paths, size_bytes=size_bytes)


async def until(condition: Callable[[], bool], *, seconds: float = 15.0) -> None:
    """Wait for what nothing tells of."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # see above
            await asyncio.sleep(0.05)
