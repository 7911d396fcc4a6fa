"""Whether tracks are one recording: asked an album at a time, answered as a whole or singly, taken back, remembered."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from soul_player.client.dedupe.links import links_of
from soul_player.client.edits.answers import UNDO_DAYS
from soul_player.client.edits.decisions import Questions
from soul_player.client.errors import QuestionNotFound
from soul_player.client.library.model import Question, QuestionKind, SourceId
from soul_player.client.library.sources import remove_source
from soul_player.database.access import Database, Writer
from soul_player.protocol.track import Track
from tests.client.dedupe.libraries import arrive, clusters, everything, library_of, match, rows_of, track
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.edges.seeded_randomness import SeededRandomness

DAY_SECONDS = 86_400
PROPOSALS = "SELECT entry_id, other_entry_id FROM proposals ORDER BY entry_id"


def song(number: int, *, live: bool = False, **values: object) -> Track:
    """One of an album; live takes of it look like it, and are asked about."""
    words: dict[str, object] = {"album": "Morning Glory", "artist": "Lacksley Castell", "track_number": number % 100}
    return track(
        number + (500 if live else 0),
        f"{NAMES[number % 100]}{' (Live)' if live else ''}",
        duration_seconds=200.0 + 7 * (number % 100),
        **(words | values),
    )


NAMES = ("Cold Winter Night", "Walking On Sunshine", "Jah Love Is Sweeter", "Leaving", "African Queen", "Babylon")


@dataclass
class Home:
    """A library whose questions a person answers."""

    library: Database
    sources: list[SourceId]
    questions: Questions
    clock: FakeClock

    async def only(self) -> Question:
        """The one that waits."""
        (question,) = await self.questions.list()
        return question


@asynccontextmanager
async def asked_home(folder: Path, *, songs: int = 3) -> AsyncGenerator[Home, None]:
    """Home has an album, a friend has live takes of it."""
    async with library_of(folder, "Home Server", "Friend") as (library, sources):
        await arrive(library, sources[0], *(song(number) for number in range(songs)))
        await arrive(library, sources[1], *(song(number, live=True) for number in range(songs)))
        await match(library)
        clock = FakeClock()
        yield Home(library, sources, Questions(library, clock=clock, randomness=SeededRandomness(0)), clock)


def test_an_album_is_one_question_with_everything_side_by_side(tmp_path: Path) -> None:
    """A person judges by what is shown, and nothing else."""

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            question = await home.only()
            assert (question.kind, question.choices) == (QuestionKind.MERGE, ("merge", "separate"))
            assert await home.questions.count() == 1
            evidence = question.evidence
            assert (evidence["tracks"], len(evidence["pairs"])) == (3, 3)
            assert (evidence["album"], evidence["source"]) == ("Morning Glory", "Friend")
            assert (evidence["other_album"], evidence["other_source"]) == ("Morning Glory", "Home Server")
            pair = evidence["pairs"][0]
            assert pair["track"]["title"] == "Cold Winter Night (Live)"
            assert pair["other"]["title"] == "Cold Winter Night"
            assert "version_differs" in pair["vetoes"]
            assert "they are different versions (live, the plain one)" in pair["reasons"]
            fields = {"artist", "album", "track_number", "duration_seconds", "content_type", "audio_hash", "isrc"}
            assert fields <= pair["track"].keys()

    run(story())


def test_a_yes_joins_the_whole_album_and_can_be_taken_back(tmp_path: Path) -> None:
    """To the last row."""

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            before, asked = await everything(home.library), await rows_of(home.library, PROPOSALS)
            question = await home.only()
            assert await home.questions.answer(question.id, "merge") == 3
            assert sorted(map(len, await clusters(home.library))) == [2, 2, 2]
            assert (await home.questions.list(), await rows_of(home.library, PROPOSALS)) == ([], [])
            (link,) = await home.library.read(links_of, 1)
            assert (link.evidence.method.value, bool(link.evidence.vetoes)) == ("person", True)
            await home.questions.undo(question.id)
            assert await everything(home.library) == before
            assert await rows_of(home.library, PROPOSALS) == asked
            assert (await home.only()).id == question.id

    run(story())


def test_a_no_is_remembered_for_ever_and_can_be_taken_back(tmp_path: Path) -> None:
    """Also when the source is removed and comes again, and when everything is matched anew."""

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            question = await home.only()
            assert await home.questions.answer(question.id, "separate") == 3
            await home.library.write(remove_source, home.sources[1])
            await match(home.library)
            await arrive(home.library, home.sources[0], *(song(number, live=True) for number in range(3)))
            await match(home.library)
            assert await home.questions.list() == []
            assert set(map(len, await clusters(home.library))) == {1}

    run(story())

    async def undone(folder: Path) -> None:
        async with asked_home(folder) as home:
            question = await home.only()
            await home.questions.answer(question.id, "separate")
            await home.questions.undo(question.id)
            assert (await home.only()).evidence["tracks"] == 3
            await home.questions.answer(question.id, "merge")
            assert sorted(map(len, await clusters(home.library))) == [2, 2, 2]

    run(undone(tmp_path / "undone"))


def test_a_yes_is_remembered_when_a_source_comes_again(tmp_path: Path) -> None:
    """Nobody says the same thing twice."""

    async def story() -> None:
        async with library_of(tmp_path, "Home", "Friend", "Again") as (library, (home, friend, again)):
            await arrive(library, home, song(0))
            await arrive(library, friend, song(0, live=True))
            await match(library)
            questions = Questions(library, clock=FakeClock(), randomness=SeededRandomness(0))
            (question,) = await questions.list()
            await questions.answer(question.id, "merge")
            await library.write(remove_source, friend)
            assert await clusters(library) == [{1}]
            await arrive(library, again, song(0, live=True))
            await match(library)
            assert [len(cluster) for cluster in await clusters(library)] == [2]
            assert await questions.list() == []

    run(story())


def test_a_no_holds_for_a_track_that_comes_back_under_a_new_id(tmp_path: Path) -> None:
    """By its audio: its server was rebuilt from nothing."""

    async def story() -> None:
        async with library_of(tmp_path, "Home", "Friend") as (library, (home, friend)):
            await arrive(library, home, song(0))
            await arrive(library, friend, song(0, live=True, audio_hash="v1:ab"))
            await match(library)
            questions = Questions(library, clock=FakeClock(), randomness=SeededRandomness(0))
            (question,) = await questions.list()
            await questions.answer(question.id, "separate")
            await library.write(remove_source, friend)
            await match(library)
            again = song(100, live=True, audio_hash="v1:ab")
            await arrive(library, home, track(9, again.title, audio_hash="v1:ab", duration_seconds=200.0))
            await match(library)
            assert await questions.list() == []
            assert [len(cluster) for cluster in await clusters(library)] == [1, 1]

    run(story())


def test_single_pairs_are_answered_and_the_rest_goes_on_waiting(tmp_path: Path) -> None:
    """Two takes are the same after all, the third is not."""

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            question = await home.only()
            pairs = [pair["pair"] for pair in question.evidence["pairs"]]
            with pytest.raises(QuestionNotFound):
                await home.questions.answer_merge(question.id, "merge", pairs=[pairs[0], 4711])
            answered = await home.questions.answer_merge(question.id, "merge", pairs=pairs[:1])
            assert (answered.tracks, answered.question_id != question.id) == (1, True)
            waiting = await home.only()
            assert (waiting.id, waiting.evidence["tracks"]) == (question.id, 2)
            await home.questions.answer(question.id, "separate")
            await home.questions.undo(answered.question_id)
            assert (await home.only()).evidence["tracks"] == 1
            assert set(map(len, await clusters(home.library))) == {1}

    run(story())


def test_similar_ones_are_counted_first_and_answered_together(tmp_path: Path) -> None:
    """Between the same sources, for the same reasons; others wait on."""

    async def story() -> None:
        async with asked_home(tmp_path, songs=2) as home:
            home_server, friend = home.sources
            other: dict[str, Any] = {"album": "Other Album", "artist": "Other Band"}
            await arrive(home.library, home_server, song(202, **other), song(303, album="Third", artist="Third"))
            await arrive(home.library, friend, song(202, live=True, **other))
            words: dict[str, Any] = {"album": "Third", "artist": "Third", "track_number": 3, "duration_seconds": 233.0}
            await arrive(home.library, friend, track(900, "Leaving", **words))
            await match(home.library)
            questions = await home.questions.list()
            found = await home.questions.similar(questions[0].id)
            assert (found.pairs, found.questions, len(questions)) == (3, 2, 3)
            answered = await home.questions.answer_merge(questions[0].id, "separate", similar=True)
            assert (answered.tracks, answered.question_id) == (3, questions[0].id)
            assert (await home.only()).evidence["pairs"][0]["track"]["title"] == "Leaving"
            await home.questions.undo(answered.question_id)
            assert [one.evidence["tracks"] for one in await home.questions.list()] == [2, 1, 1]

    run(story())


def test_an_answer_cannot_be_taken_back_after_thirty_days(tmp_path: Path) -> None:
    """The merge itself can still be split."""

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            question = await home.only()
            with pytest.raises(QuestionNotFound):
                await home.questions.undo(question.id)
            await home.questions.answer(question.id, "merge")
            with pytest.raises(QuestionNotFound):
                await home.questions.answer(question.id, "merge")
            home.clock.advance((UNDO_DAYS + 1) * DAY_SECONDS)
            with pytest.raises(QuestionNotFound):
                await home.questions.undo(question.id)

    run(story())


def test_a_question_goes_with_its_tracks(tmp_path: Path) -> None:
    """Nobody is asked about what is not there."""

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            await home.library.write(remove_source, home.sources[0])
            assert (await home.questions.list(), await home.questions.count()) == ([], 0)

    run(story())


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_whoever_comes_first_the_same_is_asked(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Three servers have the song, one has it live: one question in each order."""
    tracks = [song(0), song(100), song(200, album_artist="Lacksley Castell"), song(0, live=True)]

    async def story() -> None:
        async with library_of(tmp_path, *"abcd") as (library, sources):
            for place in order:
                await arrive(library, sources[place], tracks[place])
                await match(library)
            questions = await Questions(library, clock=FakeClock(), randomness=SeededRandomness(0)).list()
            asked = {frozenset((pair["track"]["track_id"], pair["other"]["track_id"]))
                     for question in questions for pair in question.evidence["pairs"]}  # fmt: skip
            assert len(asked) == 1
            await Questions(library, clock=FakeClock(), randomness=SeededRandomness(0)).answer(questions[0].id, "merge")
            assert [len(cluster) for cluster in await clusters(library)] == [4]
            assert await Questions(library, clock=FakeClock(), randomness=SeededRandomness(0)).list() == []

    run(story())


def test_nobody_is_asked_about_what_is_not_there(tmp_path: Path) -> None:
    """A friend's server lost its live takes: the question went on for ever. It waits for their return."""

    async def gone(library: Writer, *, numbers: Sequence[int], status: str) -> None:
        """As a source tells it."""
        for number in numbers:
            title = f"{NAMES[number]} (Live)"
            await library.run("UPDATE track_sources SET status = :s WHERE title = :t", s=status, t=title)

    async def story() -> None:
        async with asked_home(tmp_path) as home:
            await home.library.write(gone, numbers=(0,), status="unavailable")
            question = await home.only()
            assert (question.evidence["tracks"], len(question.evidence["pairs"])) == (2, 2)
            assert (await home.questions.similar(question.id)).pairs == 2
            answered = await home.questions.answer_merge(question.id, "separate")
            assert answered.tracks == 2
            assert (await home.questions.list(), await home.questions.count()) == ([], 0)
            await home.library.write(gone, numbers=(0,), status="stream_only")
            question = await home.only()
            assert [pair["track"]["title"] for pair in question.evidence["pairs"]] == [f"{NAMES[0]} (Live)"]
            assert await home.questions.count() == 1

    run(story())
