"""The people of a world: they edit whatever their device shows them, and answer what it asks."""

from collections.abc import Awaitable, Callable

from soul_player.client import Client, QuestionKind
from soul_player.client.errors import EditInvalid, PlaylistNotFound, TrackNotFound
from soul_player.client.library.model import LocalTrackId
from soul_player.protocol.ids import id_bytes
from tests.simulation.device import Device
from tests.simulation.ledger import Fact, Ledger

EDITS_AT_ONCE_MAX = 4
PLAYLISTS_MAX = 4
TRACKS = "SELECT track_id, remote_id FROM track_sources WHERE status <> 'unavailable' ORDER BY remote_id"

HELD = "SELECT remote_id FROM held_deletions WHERE question_id = ?"
SUBJECT = "SELECT subject FROM questions WHERE id = ?"


class Person:
    """Sits before one device at a time; `ledger` notes what was acknowledged."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._acts: list[tuple[int, Callable[[Device, Client], Awaitable[None]]]] = [
            (5, self._play),
            (3, self._favourite),
            (3, self._rate),
            (2, self._create),
            (1, self._rename),
            (1, self._delete),
            (6, self._add),
            (3, self._move),
            (3, self._remove),
        ]

    async def edit(self, device: Device, client: Client) -> None:
        """A few edits. What went away while the person looked at it is no error of theirs."""
        if not await client.sources.list():
            return
        acts = [act for _, act in self._acts]
        weights = [weight for weight, _ in self._acts]
        for _ in range(device.random.randint(0, EDITS_AT_ONCE_MAX)):
            act = device.random.choices(acts, weights=weights)[0]
            try:
                await act(device, client)
            except (PlaylistNotFound, TrackNotFound, EditInvalid) as error:
                device.trace(device.name, f"edit refused: {type(error).__name__}")

    async def answer(self, device: Device, client: Client, *, everything: bool = False) -> None:
        """Some of what is asked, whatever comes to mind; `everything`: nothing stays open, deletions are believed."""
        for question in await client.questions.list():
            choices: tuple[str | None, ...] = question.choices if everything else (*question.choices, None)
            choice = device.random.choice(choices)
            if everything and question.kind is QuestionKind.MASS_DELETION:
                choice = "apply"
            if choice is None:
                continue
            with device.looking() as connection:
                held = {bytes(row[0]) for row in connection.execute(HELD, (question.id,))}
                ((subject,),) = connection.execute(SUBJECT, (question.id,))
            if question.kind is not QuestionKind.MASS_DELETION:
                self._ledger.taken_out.add((device.username, id_bytes(subject[2:])))
            await client.questions.answer(question.id, choice)
            device.trace(device.name, f"answers {question.kind} {subject}: {choice}")
            if choice == "keep":
                device.kept |= held
            else:
                device.kept -= held
                device.has_believed = True
            if question.kind is not QuestionKind.MASS_DELETION and not everything and device.random.random() < 0.2:
                await client.questions.undo(question.id)
                device.trace(device.name, "takes the answer back")

    def _note(self, device: Device, kind: str, subject: bytes, value: object) -> None:
        clock = device.clock
        true_ms = clock.now_ms() - clock.offset_ms
        self._ledger.facts.append(Fact(device.username, device.name, kind, subject, value, clock.monotonic(), true_ms))
        device.trace(device.name, f"edit {kind} {subject.hex()} {value!r}")

    def _some_track(self, device: Device) -> tuple[LocalTrackId, bytes]:
        with device.looking() as connection:
            tracks = connection.execute(TRACKS).fetchall()
        if not tracks:
            raise TrackNotFound("nothing to listen to")
        # A few of them are everybody's favourites, so that devices meet.
        track_id, remote_id = device.random.choice(tracks[:6] if device.random.random() < 0.7 else tracks)
        return LocalTrackId(track_id), bytes(remote_id)

    async def _play(self, device: Device, client: Client) -> None:
        track_id, remote_id = self._some_track(device)
        key = (device.username, remote_id)
        self._ledger.doubtful_plays[key] += 1
        await client.edits.record_play(track_id)
        self._ledger.doubtful_plays[key] -= 1
        self._note(device, "play", remote_id, 1)

    async def _favourite(self, device: Device, client: Client) -> None:
        track_id, remote_id = self._some_track(device)
        value = device.random.random() < 0.6
        await client.edits.set_favourite(track_id, favourite=value)
        self._note(device, "favourite", remote_id, value)

    async def _rate(self, device: Device, client: Client) -> None:
        track_id, remote_id = self._some_track(device)
        value = device.random.choice((None, 1, 2, 3, 4, 5))
        await client.edits.set_rating(track_id, value)
        self._note(device, "rating", remote_id, value)

    async def _create(self, device: Device, client: Client) -> None:
        playlists = await client.playlists.list()
        if len(playlists) >= PLAYLISTS_MAX:
            return
        (source,) = await client.sources.list()
        source_id = source.id if device.random.random() < 0.9 else None
        playlist_id = await client.edits.create_playlist(f"Mix {device.random.randint(0, 99)}", source_id=source_id)
        if source_id is not None:
            playlist, _ = await client.playlists.read(playlist_id)
            self._note(device, "playlist", playlist.uid, playlist.name)

    async def _some_playlist(self, device: Device, client: Client) -> tuple[int, bytes, list[str]]:
        playlists = await client.playlists.list()
        if not playlists:
            raise PlaylistNotFound("there is none")
        chosen = device.random.choice(sorted(playlists, key=lambda playlist: playlist.uid))
        playlist, entries = await client.playlists.read(chosen.id)
        return playlist.id, playlist.uid, [entry.id for entry in entries]

    async def _rename(self, device: Device, client: Client) -> None:
        playlist_id, uid, _ = await self._some_playlist(device, client)
        name = f"Mix {device.random.randint(100, 999)}"
        await client.edits.rename_playlist(playlist_id, name)
        self._note(device, "name", uid, name)

    async def _delete(self, device: Device, client: Client) -> None:
        playlist_id, uid, _ = await self._some_playlist(device, client)
        self._ledger.taken_out.add((device.username, uid))
        await client.edits.delete_playlist(playlist_id)
        device.trace(device.name, f"edit delete {uid.hex()}")

    async def _add(self, device: Device, client: Client) -> None:
        playlist_id, uid, entries = await self._some_playlist(device, client)
        tracks = [self._some_track(device)[0] for _ in range(device.random.randint(1, 3))]
        anchor: str | None = None
        if entries and device.random.random() < 0.6:
            anchor = device.random.choice((None, *entries))
            added = await client.edits.add_entries(playlist_id, tracks, after=anchor)
        else:
            added = await client.edits.add_entries(playlist_id, tracks)
        playlist, _ = await client.playlists.read(playlist_id)
        # One of this device only concerns nobody else.
        for entry_id in added if playlist.source_id is not None else ():
            self._note(device, "entry", id_bytes(entry_id), uid)
            if anchor is not None:
                self._ledger.behind.append((device.username, id_bytes(anchor), id_bytes(entry_id)))
            anchor = entry_id

    async def _move(self, device: Device, client: Client) -> None:
        playlist_id, _, entries = await self._some_playlist(device, client)
        if len(entries) > 1:
            entry_id, after = device.random.sample(entries, 2)
            self._ledger.moved.add((device.username, id_bytes(entry_id)))
            await client.edits.move_entry(playlist_id, entry_id, after=device.random.choice((after, None)))
            device.trace(device.name, f"edit move {entry_id}")

    async def _remove(self, device: Device, client: Client) -> None:
        playlist_id, _, entries = await self._some_playlist(device, client)
        if entries:
            entry_id = device.random.choice(entries)
            self._ledger.taken_out.add((device.username, id_bytes(entry_id)))
            await client.edits.remove_entry(playlist_id, entry_id)
            device.trace(device.name, f"edit remove {entry_id}")
