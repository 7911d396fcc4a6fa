"""One scan from end to end: look, read, decide which file is which track, write, and let go of what is gone."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from soul_player.audio.source import Stamp
from soul_player.edges import Clock, Randomness, mint
from soul_player.folders.compare import folder_of
from soul_player.folders.messages import Failed, Hashed, TagsRead
from soul_player.folders.pool import Readers
from soul_player.folders.roots import shown
from soul_player.folders.scan.batches import batches, in_parallel
from soul_player.folders.scan.holding import Held, RootCount, must_hold
from soul_player.folders.scan.identity import Candidate, Identities
from soul_player.folders.scan.looking import Look, id_of, look
from soul_player.folders.scan.rows import Place, changed_row, is_news, new_row
from soul_player.folders.scan.store import ScanStore
from soul_player.folders.scan.stored import Root, StoredTrack
from soul_player.folders.scan.tallies import Tallies
from soul_player.protocol.ids import id_bytes

_FILES_A_BATCH = 64
_IDS_A_READ = 500

# Files that could not be read, in the state they had: they are not tried again until they change.
KnownBad = dict[Place, tuple[Stamp, str]]


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file that is new, or changed: then `known` is the track at its place."""

    root: Root
    path: bytes
    stamp: Stamp
    known: bytes | None = None

    @property
    def place(self) -> Place:
        """Where it is."""
        return (self.root.id, self.path)


@dataclass
class OneScan:
    """`run` it once. `bad` comes from the scan before and is brought up to date."""

    store: ScanStore
    readers: Readers
    clock: Clock
    randomness: Randomness
    tallies: Tallies
    bad: KnownBad
    full: bool = False
    held: list[Held] = field(default_factory=list)
    # Rows that somebody else wrote to meanwhile: another scan must see to them.
    stale: int = 0

    async def run(self) -> None:
        """Everything but the hashes of new files, which follow in the background."""
        self._still_bad: KnownBad = {}
        looks = self._looks = await self._look()
        to_read = list(self._files_to_read(looks))
        self._identities = await self._who_is_gone(looks, is_asked=bool(to_read))
        self._identities.expect_changes([item.known[1:4] for look in looks for item in look.found.changed])
        await self._read(to_read)
        await self._hash_candidates()
        found = self._decide()
        await self.store.flush()
        for each in looks:
            await self._let_go(each, found)
            is_as_known = not to_read and not each.is_news
            await self.store.note_seen(each.root.id, each.seen if is_as_known else {})
        self.stale = self.store.stale
        self.bad.clear()
        self.bad.update(self._still_bad)

    async def _look(self) -> list[Look]:
        self.tallies.begin("walk", 0)
        looks = []
        for root in await self.store.roots():
            places = partial(self.store.places, root.id)
            before = await self.store.seen(root.id)
            seen = await look(root, places, before=before, full=self.full, told=self.tallies.advance)
            if root.is_configured or seen.known_count:
                looks.append(seen)
            for left_out in seen.found.left_out:
                self.tallies.leave_out(root.path, left_out.path, left_out.reason)
            await self.store.note_pictures(seen)
        return looks

    def _files_to_read(self, looks: Sequence[Look]) -> Iterator[ToRead]:
        for each in looks:
            for (root_id, path), (stamp, reason) in self.bad.items():
                if root_id == each.root.id and folder_of(path) in each.found.unchanged:
                    self._leave_out(ToRead(each.root, path, stamp), reason)
            added = (ToRead(each.root, path, stamp) for path, stamp in each.found.added)
            changed = (ToRead(each.root, file.path, file.stamp, id_of(file.known)) for file in each.found.changed)
            for item in itertools.chain(added, changed):
                known_bad = self.bad.get(item.place)
                if known_bad is not None and known_bad[0] == item.stamp and not self.full:
                    self._leave_out(item, known_bad[1])
                else:
                    yield item

    async def _who_is_gone(self, looks: Sequence[Look], *, is_asked: bool) -> Identities:
        """A root that cannot be read says nothing about where its tracks are."""
        if not is_asked:
            return Identities((), ())
        ids = [id_of(row) for each in looks if each.found.is_root_listed for row in each.found.missing]
        ids += [track_id for each in looks for track_id in each.doubled]
        missing: list[StoredTrack] = []
        for start in range(0, len(ids), _IDS_A_READ):
            missing += await self.store.find(ids[start : start + _IDS_A_READ])
        return Identities(missing, await self.store.retired())

    async def _read(self, to_read: Sequence[ToRead]) -> None:
        self.tallies.begin("tags", len(to_read))
        await in_parallel(batches(to_read, root=lambda item: item.root.id, files_max=_FILES_A_BATCH), self._read_batch)

    async def _read_batch(self, batch: Sequence[ToRead]) -> None:
        known = [item.known for item in batch if item.known is not None]
        rows = {row.id: row for row in await self.store.find(known)} if known else {}
        answers = await self.readers.read_tags(batch[0].root.path, [item.path for item in batch])
        now_ms = self.clock.now_ms()
        for item, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Failed):
                self._fail(item, answer)
            else:
                self._take(item, answer, rows.get(item.known) if item.known else None, now_ms)
        self.tallies.advance(len(batch))
        await self.store.flush_if_full()

    def _take(self, item: ToRead, read: TagsRead, row: StoredTrack | None, now_ms: int) -> None:
        if row is None:
            if self._identities.could_be_gone(read):
                self._identities.wait(Candidate(item.place, read))
            else:
                self._add(item.place, read, None, now_ms)
        elif self._identities.is_replaced(row, read):
            self._identities.wait(Candidate(item.place, read, row))
        else:
            self._change(row, item.place, read, None, now_ms)

    async def _hash_candidates(self) -> None:
        """What could be a track that is gone is hashed before it is given an id (protocol, section 3, *Identity*)."""
        candidates = self._identities.candidates
        if not candidates or not self._identities.needs_hashes():
            return
        self.tallies.begin("hashes", len(candidates))
        roots = {each.root.id: each.root.path for each in self._looks}

        async def hash_batch(batch: Sequence[Candidate]) -> None:
            size_bytes = sum(each.read.stamp[0] for each in batch)
            root = roots[batch[0].place[0]]
            answers = await self.readers.hash_files(root, [each.place[1] for each in batch], size_bytes=size_bytes)
            for candidate, answer in zip(batch, answers, strict=True):
                if isinstance(answer, Hashed) and answer.stamp == candidate.read.stamp:
                    candidate.hashed = answer
                else:
                    reason = answer.reason if isinstance(answer, Failed) else "it changed while it was read"
                    self._identities.give_up(candidate)
                    self.tallies.leave_out(root, candidate.place[1], reason)
            self.tallies.advance(len(batch))

        await in_parallel(
            batches(
                sorted(candidates, key=lambda each: each.place),
                root=lambda each: each.place[0],
                files_max=_FILES_A_BATCH,
                size=lambda each: each.read.stamp[0],
            ),
            hash_batch,
        )

    def _decide(self) -> set[bytes]:
        """Write what was decided about the candidates; the tracks that were found again."""
        now_ms = self.clock.now_ms()
        decided, found = self._identities.decide()
        for candidate, row in decided:
            if row is None:
                self._add(candidate.place, candidate.read, candidate.hashed, now_ms)
            else:
                self._change(row, candidate.place, candidate.read, candidate.hashed, now_ms)
        return found

    def _add(self, place: Place, read: TagsRead, hashed: Hashed | None, now_ms: int) -> None:
        track_id = id_bytes(mint(self.clock, self.randomness))
        self.store.put(new_row(track_id, place, read, hashed, now_ms=now_ms))
        self.tallies.added += 1

    def _change(self, row: StoredTrack, place: Place, read: TagsRead, hashed: Hashed | None, now_ms: int) -> None:
        changed = changed_row(row, place, read, hashed, now_ms=now_ms)
        if is_news(row, changed):
            self.store.put(changed)
        elif changed.stamp != row.stamp or place != (row.root_id, row.path) or changed.is_hashed != row.is_hashed:
            self.store.touch(changed)
        if not row.is_present:
            self.tallies.added += 1
        elif place != (row.root_id, row.path):
            self.tallies.moved += 1
        elif is_news(row, changed):
            self.tallies.updated += 1

    async def _let_go(self, look: Look, found: set[bytes]) -> None:
        """Retire what is missing and was not found elsewhere, unless a person must be asked first."""
        root = look.root
        gone = [track_id for track_id in map(id_of, look.found.missing) if track_id not in found]
        gone += [track_id for track_id in self._identities.overwritten(root.id) if track_id not in found]
        count = RootCount(
            known=look.known_count,
            files=look.found.files,
            missing=len(gone),
            is_configured=root.is_configured,
            is_listed=look.found.is_root_listed,
            confirmed_missing=root.confirmed_missing,
        )
        held = gone if must_hold(count) else []
        if held:
            self.held.append(Held(root.id, shown(root.path), len(held)))
            gone = []
        gone += [track_id for track_id in look.doubled if track_id not in found]
        for track_id in gone:
            self.store.retire(track_id)
        await self.store.flush()
        self.tallies.removed += len(gone)
        await self.store.end_root(root, held=held)

    def _fail(self, item: ToRead, failed: Failed) -> None:
        if failed.may_pass:
            self.tallies.leave_out(item.root.path, item.path, failed.reason)
        elif not failed.is_gone:
            self._leave_out(item, failed.reason)

    def _leave_out(self, item: ToRead, reason: str) -> None:
        self._still_bad[item.place] = (item.stamp, reason)
        self.tallies.leave_out(item.root.path, item.path, reason)
