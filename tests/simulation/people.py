"""The people of a world: they edit whatever their device shows them, and answer what it asks."""

import json
from collections.abc import Awaitable, Callable

from msgspec import UNSET, UnsetType

from soul_player.client import Client, Question, QuestionKind
from soul_player.client.errors import EditInvalid, PlaylistNotFound, TrackNotFound
from soul_player.client.library.model import LocalTrackId
from soul_player.protocol.ids import id_bytes
from tests.simulation.device import Device
from tests.simulation.ledger import Deletion, Fact, Ledger

EDITS_AT_ONCE_MAX = 4
PLAYLISTS_MAX = 4
TRACKS = "SELECT track_id, remote_id FROM track_sources WHERE status <> 'unavailable' ORDER BY remote_id"

TRACK = "SELECT track_id, remote_id FROM track_sources WHERE remote_id = ?"
HELD = "SELECT remote_id FROM held_deletions WHERE question_id = ?"
ASKED = "SELECT subject, undo FROM questions WHERE id = ?"
ENTRIES_BEFORE_ONE = """
    SELECT id FROM server_entries WHERE playlist_id = :uid
     UNION
    SELECT entry_uid FROM playlist_entries JOIN playlists ON playlists.id = playlist_id WHERE playlists.uid = :uid
"""
MADE = "SELECT uid, name, source_id FROM playlists WHERE id = ?"
ENTRIES_MADE = "SELECT entry_uid FROM playlist_entries WHERE playlist_id = ? AND is_removed = 0"


# What people do, and how often.
ACTS = {
    "play": 5,
    "favourite": 3,
    "rate": 3,
    "create_some": 2,
    "rename": 1,
    "delete_some": 1,
    "add_some": 6,
    "move": 3,
    "remove": 3,
}


class Person:
    """Sits before one device at a time; `ledger` notes what was acknowledged."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def act(self, name: str) -> Callable[[Device, Client], Awaitable[None]]:
        """One of `ACTS`; what is impossible now comes to nothing."""
        act: Callable[[Device, Client], Awaitable[None]] = getattr(self, name)

        async def try_it(device: Device, client: Client) -> None:
            try:
                await act(device, client)
            except (PlaylistNotFound, TrackNotFound, EditInvalid) as error:
                device.trace(device.name, f"edit refused: {type(error).__name__}")

        return try_it

    async def edit(self, device: Device, client: Client) -> None:
        """A few edits. What went away while the person looked at it is no error of theirs."""
        if not await client.sources.list():
            return
        for _ in range(device.random.randint(0, EDITS_AT_ONCE_MAX)):
            name = device.random.choices(list(ACTS), weights=list(ACTS.values()))[0]
            # Nobody edits in the moment in which another person signs in.
            async with device.signing:
                await self.act(name)(device, client)

    async def answer(self, device: Device, client: Client, *, everything: bool = False) -> None:
        """Some of what is asked, whatever comes to mind; `everything`: nothing stays open, deletions are believed."""
        for question in await client.questions.list():
            choices: tuple[str | None, ...] = question.choices if everything else (*question.choices, None)
            choice = device.random.choice(choices)
            if everything and question.kind is QuestionKind.MASS_DELETION:
                choice = "apply"
            if choice is None:
                continue
            async with device.signing:
                await self._answer_one(device, client, question, choice, may_regret=not everything)

    async def answer_all(self, device: Device, client: Client) -> None:
        """Nothing stays open; for whoever keeps others from signing in."""
        for question in await client.questions.list():
            choice = device.random.choice(question.choices)
            await self._answer_one(device, client, question, choice, may_regret=True)

    async def _answer_one(
        self, device: Device, client: Client, question: Question, choice: str, *, may_regret: bool
    ) -> None:
        if question.kind is QuestionKind.MASS_DELETION:
            await self._believe(device, client, question, choice)
        else:
            await self._decide(device, client, question, choice, may_regret=may_regret)

    async def _believe(self, device: Device, client: Client, question: Question, choice: str) -> None:
        with device.looking() as connection:
            held = {bytes(row[0]) for row in connection.execute(HELD, (question.id,))}
        if choice == "keep":
            device.kept |= held
        await client.questions.answer(question.id, choice)
        device.trace(device.name, f"answers {question.kind}: {choice}")
        if choice != "keep":
            device.kept -= held
            device.has_believed = True

    async def _decide(
        self, device: Device, client: Client, question: Question, choice: str, *, may_regret: bool
    ) -> None:
        """About a playlist. What the answer makes is an edit as any other."""
        with device.looking() as connection:
            ((subject, _),) = connection.execute(ASKED, (question.id,))
        uid = id_bytes(subject[2:])
        self._ledger.taken_out.add((device.username, uid))
        self._ledger.decided.add((device.username, uid))
        await client.questions.answer(question.id, choice)
        device.trace(device.name, f"answers {question.kind} {subject}: {choice}")
        made = self._note_made(device, question)
        if may_regret and device.random.random() < 0.2:
            if made is not None:
                self._ledger.taken_out.add((device.username, made))
            await client.questions.undo(question.id)
            device.trace(device.name, "takes the answer back")

    def _note_made(self, device: Device, question: Question) -> bytes | None:
        """The playlist that was put back, if one was."""
        with device.looking() as connection:
            ((_, undo),) = connection.execute(ASKED, (question.id,))
            made = json.loads(undo or "{}").get("made")
            if made is None:
                return None
            ((uid, name, source_id),) = connection.execute(MADE, (made,))
            entries = [bytes(row[0]) for row in connection.execute(ENTRIES_MADE, (made,))]
        if source_id is not None:
            self._note(device, "playlist", bytes(uid), name)
            for entry_id in entries:
                self._note(device, "entry", entry_id, bytes(uid))
        return bytes(uid)

    def _note(self, device: Device, kind: str, subject: bytes, value: object) -> None:
        clock = device.clock
        true_ms = clock.now_ms() - clock.offset_ms
        self._ledger.facts.append(Fact(device.username, device.name, kind, subject, value, clock.monotonic(), true_ms))
        device.trace(device.name, f"edit {kind} {subject.hex()} {value!r}")

    def track(self, device: Device, remote_id: bytes) -> tuple[LocalTrackId, bytes] | None:
        """What the device calls it; None: it does not know it."""
        with device.looking() as connection:
            row = connection.execute(TRACK, (remote_id,)).fetchone()
        return None if row is None else (LocalTrackId(row[0]), bytes(row[1]))

    def some_track(self, device: Device) -> tuple[LocalTrackId, bytes]:
        """One that the device shows."""
        with device.looking() as connection:
            tracks = connection.execute(TRACKS).fetchall()
        if not tracks:
            raise TrackNotFound("nothing to listen to")
        # A few of them are everybody's favourites, so that devices meet.
        track_id, remote_id = device.random.choice(tracks[:6] if device.random.random() < 0.7 else tracks)
        return LocalTrackId(track_id), bytes(remote_id)

    async def play(self, device: Device, client: Client) -> None:
        """Any track."""
        track_id, remote_id = self.some_track(device)
        key = (device.username, remote_id)
        self._ledger.doubtful_plays[key] += 1
        await client.edits.record_play(track_id)
        self._ledger.doubtful_plays[key] -= 1
        self._note(device, "play", remote_id, 1)

    async def favourite(self, device: Device, client: Client) -> None:
        """Or not any more."""
        await self.set_favourite(device, client, self.some_track(device), value=device.random.random() < 0.6)

    async def set_favourite(
        self, device: Device, client: Client, track: tuple[LocalTrackId, bytes], *, value: bool
    ) -> None:
        """Of one track."""
        track_id, remote_id = track
        with self._ledger.setting(device.username, "favourite", remote_id):
            await client.edits.set_favourite(track_id, favourite=value)
        self._note(device, "favourite", remote_id, value)

    async def rate(self, device: Device, client: Client) -> None:
        """Or take the rating back."""
        track_id, remote_id = self.some_track(device)
        value = device.random.choice((None, 1, 2, 3, 4, 5))
        with self._ledger.setting(device.username, "rating", remote_id):
            await client.edits.set_rating(track_id, value)
        self._note(device, "rating", remote_id, value)

    async def create_some(self, device: Device, client: Client) -> None:
        """A playlist, unless there are many."""
        if len(await client.playlists.list()) < PLAYLISTS_MAX:
            await self.create(device, client, is_local=device.random.random() < 0.1)

    async def create(self, device: Device, client: Client, *, is_local: bool = False) -> int:
        """A playlist; `is_local`: of this device only, which concerns nobody else."""
        sources = await client.sources.list()
        if not sources:
            raise PlaylistNotFound("there is no server yet")
        name = f"Mix {device.random.randint(0, 99)}"
        playlist_id = await client.edits.create_playlist(name, source_id=None if is_local else sources[0].id)
        if not is_local:
            playlist, _ = await client.playlists.read(playlist_id)
            self._note(device, "playlist", playlist.uid, playlist.name)
        return playlist_id

    async def _some_playlist(self, device: Device, client: Client) -> tuple[int, bytes, list[str]]:
        playlists = await client.playlists.list()
        if not playlists:
            raise PlaylistNotFound("there is none")
        chosen = device.random.choice(sorted(playlists, key=lambda playlist: playlist.uid))
        playlist, entries = await client.playlists.read(chosen.id)
        return playlist.id, playlist.uid, [entry.id for entry in entries]

    async def rename(self, device: Device, client: Client) -> None:
        """A playlist."""
        playlist_id, uid, _ = await self._some_playlist(device, client)
        name = f"Mix {device.random.randint(100, 999)}"
        await client.edits.rename_playlist(playlist_id, name)
        self._note(device, "name", uid, name)

    async def delete_some(self, device: Device, client: Client) -> None:
        """A playlist."""
        playlist_id, uid, _ = await self._some_playlist(device, client)
        await self.delete(device, client, playlist_id, uid)

    async def delete(self, device: Device, client: Client, playlist_id: int, uid: bytes) -> None:
        """One playlist, as it is before their eyes."""
        self._ledger.taken_out.add((device.username, uid))
        with self._ledger.setting(device.username, "deletion", uid):
            await client.edits.delete_playlist(playlist_id)
        with device.looking() as connection:
            seen = frozenset(bytes(row[0]) for row in connection.execute(ENTRIES_BEFORE_ONE, {"uid": uid}))
        self._ledger.deletions.append(Deletion(device.username, device.name, uid, seen))
        device.trace(device.name, f"edit delete {uid.hex()}")

    async def add_some(self, device: Device, client: Client) -> None:
        """Tracks, to a playlist."""
        playlist_id, _, entries = await self._some_playlist(device, client)
        tracks = [self.some_track(device)[0] for _ in range(device.random.randint(1, 3))]
        if entries and device.random.random() < 0.6:
            await self.add(device, client, playlist_id, tracks, after=device.random.choice((None, *entries)))
        else:
            await self.add(device, client, playlist_id, tracks)

    async def add(
        self,
        device: Device,
        client: Client,
        playlist_id: int,
        tracks: list[LocalTrackId],
        *,
        after: str | UnsetType | None = UNSET,
    ) -> None:
        """Some tracks, behind an entry, at the front (None) or at the end."""
        added = await client.edits.add_entries(playlist_id, tracks, after=after)
        playlist, _ = await client.playlists.read(playlist_id)
        if playlist.source_id is None:
            return
        anchor = after
        for entry_id in added:
            self._note(device, "entry", id_bytes(entry_id), playlist.uid)
            if isinstance(anchor, str):
                self._ledger.behind.append((device.username, id_bytes(anchor), id_bytes(entry_id)))
            anchor = entry_id

    async def move(self, device: Device, client: Client) -> None:
        """An entry."""
        playlist_id, _, entries = await self._some_playlist(device, client)
        if len(entries) > 1:
            entry_id, after = device.random.sample(entries, 2)
            self._ledger.moved.add((device.username, id_bytes(entry_id)))
            await client.edits.move_entry(playlist_id, entry_id, after=device.random.choice((after, None)))
            device.trace(device.name, f"edit move {entry_id}")

    async def remove(self, device: Device, client: Client) -> None:
        """An entry."""
        playlist_id, _, entries = await self._some_playlist(device, client)
        if entries:
            entry_id = device.random.choice(entries)
            self._ledger.taken_out.add((device.username, id_bytes(entry_id)))
            await client.edits.remove_entry(playlist_id, entry_id)
            device.trace(device.name, f"edit remove {entry_id}")
