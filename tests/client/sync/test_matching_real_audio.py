"""One recording in five formats, trimmed and padded, over two real servers: one row, and nobody is asked twice."""

from pathlib import Path

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.client.library.model import QuestionKind
from tests.client.clients import database_of, opened_client
from tests.client.dedupe.libraries import clusters
from tests.client.sync.test_fingerprints import heard, song, two_servers
from tests.conftest import run
from tests.makers_audio import ENCODERS, retag
from tests.makers_tune import tune
from tests.server.running import PASSWORD, USERNAME

TITLE = "Night Drive"


def changed(folder: Path, name: str, *arguments: str) -> None:
    """The same tune, cut or padded, as an mp3 with the same tags."""
    plain = tune(folder / f"{name}.wav", 1)
    target = folder / "two" / f"{name}.mp3"
    run_ffmpeg(("-i", plain, *arguments, *ENCODERS["mp3"][1], target))
    retag(target, target, {"artist": "Amber", "title": TITLE, "album": "First"})


def test_one_recording_in_five_formats_trimmed_and_padded_is_one_row(tmp_path: Path) -> None:
    """What one server has twice on an album is asked about once; the other tune under the same title stays apart."""
    for name in ("flac", "mp3", "vorbis"):
        song(tmp_path / "one", 1, name, title=TITLE, album="First")
    for name in ("opus", "aac"):
        song(tmp_path / "two", 1, name, title=TITLE, album="First")
    changed(tmp_path, "trimmed", "-af", "atrim=start=1.5")
    changed(tmp_path, "padded", "-af", "adelay=2000:all=1")
    song(tmp_path / "two", 2, "flac", title=f"{TITLE} II", album="Second")

    async def story() -> None:
        async with two_servers(tmp_path) as (one, two), opened_client(tmp_path / "client") as client:
            for place, server in enumerate((one, two)):
                await heard(server)
                added = await client.sources.add(server.url, name=f"s{place}", username=USERNAME, password=PASSWORD)
                # One after the other, so that the whole is the same each time.
                await client.sync.run([added.id])
                await client.matching.run()
            library = database_of(client)
            joined = [cluster for cluster in await clusters(library) if len(cluster) > 1]
            assert joined, "the two servers' copies are one without a question"
            while questions := await client.questions.list():
                assert {question.kind for question in questions} == {QuestionKind.MERGE}
                # As a person would: twice on one album of a server is one; the second part is another tune.
                pairs = questions[0].evidence["pairs"]
                are_same = all(pair["track"]["title"] == pair["other"]["title"] for pair in pairs)
                answer = "merge" if are_same else "separate"
                assert await client.questions.answer(questions[0].id, answer) > 0
                await client.matching.run()
            assert sorted(len(cluster) for cluster in await clusters(library)) == [1, 7]
            page = await client.library.tracks()
            assert sorted(track.title for track in page.tracks) == [TITLE, f"{TITLE} II"]

    run(story())


def test_files_without_tags_are_one_with_what_they_sound_like(tmp_path: Path) -> None:
    """Their names say nothing, so a person is asked nothing: what is as long is heard."""
    for number in range(1, 5):
        song(tmp_path / "one", number, "flac", title=f"Movement of the Sea {number}", album="Sea")
    tracks = sorted((tmp_path / "one").glob("*.flac"))
    assert len(tracks) == 4
    (tmp_path / "two").mkdir()
    for number, path in enumerate(tracks):
        run_ffmpeg(("-i", path, "-map_metadata", "-1", *ENCODERS["mp3"][1], tmp_path / f"two/rec{number:02}.mp3"))

    async def story() -> None:
        async with two_servers(tmp_path) as (one, _), opened_client(tmp_path / "client") as client:
            await heard(one)
            await client.sources.add(one.url, name="Home", username=USERNAME, password=PASSWORD)
            await client.sources.add_folder(tmp_path / "two", name="Files")
            await client.sync.run()
            await client.matching.run()
            assert sorted(len(cluster) for cluster in await clusters(database_of(client))) == [2, 2, 2, 2]
            assert await client.questions.list() == []
            titles = {track.title for track in (await client.library.tracks()).tracks}
            assert titles == {f"Movement of the Sea {number}" for number in range(1, 5)}

    run(story())
