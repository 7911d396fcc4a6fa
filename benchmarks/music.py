"""Folders of real, encoded music for the scanner to read: five formats, tagged like what people have, by seed."""

import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from benchmarks.library import generate_tracks
from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.protocol.track import Track

# Half a minute each: bit rates are as people have them, and a few thousand files still fit on a disk.
SECONDS = 30
FORMATS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (".mp3", ("-c:a", "libmp3lame", "-b:a", "192k")),
    (".flac", ("-c:a", "flac")),
    (".ogg", ("-c:a", "libvorbis", "-q:a", "5")),
    (".opus", ("-c:a", "libopus", "-b:a", "128k")),
    (".m4a", ("-c:a", "aac", "-b:a", "192k")),
)
_FILES_A_RUN = 60


def make_music(folder: Path, count: int, *, seed: int) -> list[Path]:
    """So many tagged files in album folders of twelve, the formats in turns; their paths."""
    originals = folder.with_name(folder.name + "-originals")
    originals.mkdir(parents=True)
    sound = f"anoisesrc=color=pink:seed={seed}:duration={SECONDS}:sample_rate=44100:amplitude=0.2"
    for suffix, arguments in FORMATS:
        run_ffmpeg(["-f", "lavfi", "-i", sound, "-ac", "2", *arguments, originals / f"sound{suffix}"])
    tracks = [generated.track for generated in generate_tracks(count, seed=seed)]
    made: list[Path] = []
    for number, (suffix, _) in enumerate(FORMATS):
        numbered = list(islice(enumerate(tracks), number, None, len(FORMATS)))
        for start in range(0, len(numbered), _FILES_A_RUN):
            made += _tag(originals / f"sound{suffix}", folder, numbered[start : start + _FILES_A_RUN])
    shutil.rmtree(originals)
    return sorted(made)


def make_small_files(folder: Path, count: int) -> None:
    """So many short mp3s, for walks: what is in them does not matter, that there are many does."""
    folder.mkdir(parents=True)
    original = folder / "original.mp3"
    run_ffmpeg(["-f", "lavfi", "-i", "sine=duration=0.2", "-c:a", "libmp3lame", "-b:a", "32k", original])
    sound = original.read_bytes()
    original.unlink()
    for number in range(count):
        album = folder / f"{number // 500:04d}" / f"album {number // 12:05d}"
        album.mkdir(parents=True, exist_ok=True)
        (album / f"{number % 12 + 1:02d} song.mp3").write_bytes(sound)


def _tag(original: Path, folder: Path, numbered: Sequence[tuple[int, Track]]) -> list[Path]:
    """Many outputs of one run: starting ffmpeg costs more than copying half a minute of packets."""
    arguments: list[str | Path] = ["-i", original]
    made: list[Path] = []
    for number, track in numbered:
        album = folder / f"artist {number // 120:04d}" / f"album {number // 12:05d}"
        album.mkdir(parents=True, exist_ok=True)
        file = album / f"{number % 12 + 1:02d} {number:06d}{original.suffix}"
        arguments += ["-map", "0:a", "-c", "copy", *_metadata(track, original.suffix), file]
        made.append(file)
    run_ffmpeg(arguments)
    return made


def _metadata(track: Track, suffix: str) -> Iterator[str]:
    place = "-metadata:s:a:0" if suffix in (".ogg", ".opus") else "-metadata"
    told = {
        "title": track.title,
        "artist": ";".join(track.artists) or track.artist,
        "album": track.album,
        "album_artist": track.album_artist,
        "track": track.track_number,
        "disc": track.disc_number,
        "date": track.year,
        "genre": ";".join(track.genres),
        "MUSICBRAINZ_TRACKID": track.musicbrainz_recording_id,
        "MUSICBRAINZ_ALBUMID": track.musicbrainz_release_id,
        "ISRC": track.isrc,
    }
    for key, value in told.items():
        if value:
            yield place
            yield f"{key}={value}"
