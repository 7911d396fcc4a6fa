"""The demo's two devices: they edit apart, with the server down, and meet; what a person must decide, one is asked."""

from collections.abc import Sequence

from soul_player.cli.demo.albums import SONGS, Song
from soul_player.cli.demo.claims import Claims
from soul_player.cli.demo.looking import known, synced
from soul_player.cli.demo.server_process import RunningServer
from soul_player.cli.resolve import question_text
from soul_player.client import Client, LocalTrackId, QuestionKind, SyncStatus

PLAYLIST = "Long Way Home"
# None of them is touched by the changes that the walk makes to the music.
FIRST, LAST = SONGS[0], SONGS[23]
FROM_LAPTOP, FROM_TABLET, LATE = SONGS[10:13], SONGS[15:18], SONGS[14]
PLAYED = FIRST


class TwoDevices:
    """A laptop and a tablet of one listener."""

    def __init__(self, claims: Claims, server: RunningServer, *, laptop: Client, tablet: Client) -> None:
        self._claims = claims
        self._server = server
        self._laptop = laptop
        self._tablet = tablet

    async def run(self) -> None:
        """Raises `CommandFailed` at the first claim that does not hold."""
        await self._share()
        await self._edit_apart()
        await self._meet()
        await self._delete_and_ask()
        await self._agree()

    async def _share(self) -> None:
        claims = self._claims
        claims.step("A second device, and a playlist that both have")
        (source,) = await self._laptop.sources.list()
        playlist = await self._laptop.edits.create_playlist(PLAYLIST, source_id=source.id)
        await self._laptop.edits.add_entries(playlist, await _ids(self._laptop, (FIRST, LAST)))
        await self._sync(self._laptop, self._tablet)
        claims.held_that(
            f"the tablet shows {PLAYLIST!r} as the laptop made it",
            seen=await _shown(self._tablet),
            expected=[FIRST.title, LAST.title],
        )

    async def _edit_apart(self) -> None:
        claims = self._claims
        claims.step("Both edit it with the server down, at the same place")
        await self._server.stop()
        for device, name, songs in (
            (self._laptop, "laptop", FROM_LAPTOP),
            (self._tablet, "tablet", FROM_TABLET),
        ):
            after = (await _entry_ids(device))[0]
            await device.edits.add_entries(await _playlist(device), await _ids(device, songs), after=after)
            (played,) = await _ids(device, (PLAYED,))
            await device.edits.record_play(played)
            claims.tell([f"{name}: three songs behind {FIRST.title}, and one play of it"])
            claims.held_that(
                f"on the {name} they are there at once",
                seen=await _shown(device),
                expected=[FIRST.title, *_titles(songs), LAST.title],
            )
        offline = [(await device.sync.run())[0].status for device in (self._laptop, self._tablet)]
        waiting = [await device.playlists.waiting_edits() for device in (self._laptop, self._tablet)]
        claims.held_that(
            "a sync now says offline on both, and four edits wait on each",
            seen=(offline, waiting),
            expected=([SyncStatus.OFFLINE] * 2, [4, 4]),
        )

    async def _meet(self) -> None:
        claims = self._claims
        claims.step("The server is back")
        await self._server.start()
        await self._sync(self._laptop, self._tablet, self._laptop)
        both = [FIRST.title, *_titles(FROM_TABLET), *_titles(FROM_LAPTOP), LAST.title]
        claims.held_that(
            "both show the songs of both, and neither's come between the other's",
            seen=(await _shown(self._laptop), await _shown(self._tablet)),
            expected=(both, both),
        )
        claims.tell([", ".join(both)])
        plays = [
            (await device.playlists.marks((await _ids(device, (PLAYED,)))[0])).play_count
            for device in (self._laptop, self._tablet)
        ]
        claims.held_that("a play on each is two plays on both", seen=plays, expected=[2, 2])

    async def _delete_and_ask(self) -> None:
        claims = self._claims
        claims.step("The laptop deletes it, while the tablet adds to it")
        await self._laptop.edits.delete_playlist(await _playlist(self._laptop))
        await self._tablet.edits.add_entries(await _playlist(self._tablet), await _ids(self._tablet, (LATE,)))
        wanted = await _shown(self._tablet)
        await self._sync(self._laptop, self._tablet)
        questions = await self._tablet.questions.list()
        claims.held_that(
            "the tablet asks, once, and goes on showing what it has",
            seen=([question.kind for question in questions], await _shown(self._tablet)),
            expected=([QuestionKind.PLAYLIST_DELETED], wanted),
        )
        claims.tell([question_text(questions[0])])
        claims.dim(f"$ soul resolve {questions[0].id} --keep mine")
        await self._tablet.questions.answer(questions[0].id, "mine")
        await self._sync(self._tablet, self._laptop)
        claims.held_that(
            "kept and put back, it is on both again, whole",
            seen=(await _shown(self._laptop), await _shown(self._tablet)),
            expected=(wanted, wanted),
        )

    async def _agree(self) -> None:
        """Nothing waits, and there is nothing left to say."""
        left, requests = [], []
        for device in (self._laptop, self._tablet):
            requests.append(await self._synced(device))
            left.append(
                (
                    len(await device.questions.list()),
                    len(await device.questions.failed_edits()),
                    await device.playlists.waiting_edits(),
                )
            )
        self._claims.held_that(
            "nothing waits on either, and the next sync of each is one request",
            seen=(left, requests),
            expected=([(0, 0, 0)] * 2, [1, 1]),
        )

    async def _sync(self, *devices: Client) -> None:
        for device in devices:
            await self._synced(device)

    async def _synced(self, device: Client) -> int:
        """How many requests it took."""
        who = "laptop: " if device is self._laptop else "tablet: "
        return (await synced(self._claims, device, who=who)).requests


def _titles(songs: Sequence[Song]) -> list[str]:
    return [song.title for song in songs]


async def _ids(device: Client, songs: Sequence[Song]) -> list[LocalTrackId]:
    by_title = await known(device)
    return [by_title[song.title][0].id for song in songs]


async def _playlist(device: Client) -> int:
    return (await device.playlists.find(PLAYLIST)).id


async def _entry_ids(device: Client) -> list[str]:
    return [entry.id for entry in (await device.playlists.read(await _playlist(device)))[1]]


async def _shown(device: Client) -> list[str]:
    return [entry.title for entry in (await device.playlists.read(await _playlist(device)))[1]]
