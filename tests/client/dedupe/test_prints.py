"""Looking up by sound: real files of one recording, in five formats, trimmed and padded, are one row."""

from pathlib import Path

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.audio.fingerprint import find_fingerprint_tool, fingerprint_file
from soul_player.client.dedupe.fingerprints import Fingerprint
from soul_player.client.dedupe.prints import find_alike, forget_fingerprints, store_fingerprints
from tests.client.dedupe.libraries import arrive, clusters, library_of, match, rows_of, track
from tests.conftest import run
from tests.makers_audio import ENCODERS
from tests.makers_tune import SECONDS, tune

FORMATS = ("mp3", "flac", "vorbis", "opus", "aac")


def _copies(folder: Path) -> list[Path]:
    song = tune(folder / "song.wav", 1)
    made: list[Path] = []
    for name in FORMATS:
        suffix, arguments = ENCODERS[name]
        made.append(folder / f"{name}{suffix}")
        run_ffmpeg(("-i", song, *arguments, made[-1]))
    made += [folder / "trimmed.mp3", folder / "padded.mp3"]
    run_ffmpeg(("-ss", "1.5", "-i", song, *ENCODERS["mp3"][1], made[-2]))
    run_ffmpeg(("-i", song, "-af", "adelay=2000:all=1", *ENCODERS["mp3"][1], made[-1]))
    return made


def _words(path: Path) -> bytes:
    tool = find_fingerprint_tool()
    assert tool is not None
    return fingerprint_file(tool, bytes(path))


def test_one_recording_in_five_formats_trimmed_and_padded_is_one_row(tmp_path: Path) -> None:
    """Their tags say nothing that could join them, and another tune with the same tags as one of them stays apart."""
    copies = _copies(tmp_path)
    other = tune(tmp_path / "other.wav", 2)

    async def scenario() -> None:
        async with library_of(tmp_path, *"abcdefgh") as (library, sources):
            for number, source in enumerate(sources[:-1]):
                untagged = track(
                    number,
                    f"rip {'xyzuvwq'[number] * 5}",
                    artist=None,
                    album=None,
                    track_number=None,
                    year=None,
                    duration_seconds=float(SECONDS),
                )
                await arrive(library, source, untagged)
            stranger = track(
                99, "rip xxxxx", artist=None, album=None, track_number=None, year=None, duration_seconds=float(SECONDS)
            )
            await arrive(library, sources[-1], stranger)
            prints = [(entry, float(SECONDS), _words(path)) for entry, path in enumerate([*copies, other], start=1)]
            await library.write(store_fingerprints, prints)
            await match(library)
            assert await clusters(library) == [set(range(1, 8)), {8}]

    run(scenario())


def test_a_fingerprint_that_comes_later_joins_what_words_could_not(tmp_path: Path) -> None:
    """It is made in the background, long after the sync."""
    song = tune(tmp_path / "song.wav", 3)

    async def scenario() -> None:
        async with library_of(tmp_path, "a", "b") as (library, (a, b)):
            await arrive(library, a, track(1))
            await arrive(library, b, track(2, "05", artist=None, album=None, track_number=None, year=None))
            await match(library)
            assert await clusters(library) == [{1}, {2}]
            words = _words(song)
            await library.write(store_fingerprints, [(1, 241.0, words)])
            await match(library)
            await library.write(store_fingerprints, [(2, 241.0, words)])
            await match(library)
            assert await clusters(library) == [{1, 2}]

    run(scenario())


def test_silence_is_no_fingerprint(tmp_path: Path) -> None:
    """Else every track that begins with silence were the same."""
    silence = Fingerprint((0x12345678).to_bytes(4, "little") * 900)
    assert silence.keys == ()

    async def scenario() -> None:
        async with library_of(tmp_path, "a") as (library, _):
            await library.write(store_fingerprints, [(1, 120.0, silence.data)])
            assert await library.read(find_alike, silence) == []
            await library.write(forget_fingerprints, [1])
            assert await rows_of(library, "SELECT COUNT(*) FROM fingerprints") == [(0,)]

    run(scenario())
