"""The library of the page's tests: real audio, few seconds each, and tags that try to be more than text."""

from pathlib import Path

from soul_player.audio.ffmpeg import run_ffmpeg
from tests.makers_audio import make_audio

# What a tag may hold; none of it may ever be more than text.
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>&amp;"\'`${window.hacked=1}'
ALBUM_SECONDS = 12.0
# Tracks, and those of them that are files of this device: 15 are the server's, two of those the folder's too, which has
# one of its own.
WHOLE = (16, 3)


def make_music(folder: Path) -> None:
    """What the server serves."""
    for number, title in enumerate(("Low Beams", "Coast Road", "Petrol Blue", "Rain on the Roof", "Home by Four"), 1):
        _song(
            folder, "Amber Tide", "Night Drive", number, title, year="2021", genre="Synthwave", hertz=200 + 40 * number
        )
    for number, title in enumerate(("Kettle Song", "Borrowed Coat", "Half a Letter"), 1):
        _song(
            folder,
            "The Paper Lanterns",
            "Small Hours",
            number,
            title,
            year="2018",
            genre="Folk",
            hertz=500 + 30 * number,
        )
    for number, title in enumerate(("Dögun", "Ljósaskipti", "Hafið"), 1):
        _song(
            folder, "Sólveig Þórs", "Norðurljós", number, title, year="2023", genre="Ambient", hertz=700 + 30 * number
        )
    for number in (1, 2, 3):
        _tone(folder / "Long" / "Waves" / f"{number:02d}.flac", number)
    tags = {key: f"{HOSTILE}{key}" for key in ("title", "artist", "album", "album_artist", "genre", "comment")}
    make_audio(folder / "hostile" / "one", "flac", hertz=990, seconds=3.0, tags=tags)


def make_folder(folder: Path, server: Path) -> None:
    """A folder of this device: two of the server's files again, and one that only this device has."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in (1, 2):
        (file,) = (server / "Amber Tide" / "Night Drive").glob(f"{number:02d}*")
        (folder / file.name).write_bytes(file.read_bytes())
    _song(folder, "Local Band", "At Home", 1, "Only Here", year="2020", genre="Rock", hertz=1_100)


def _song(
    folder: Path, artist: str, album: str, number: int, title: str, *, year: str, genre: str, hertz: int
) -> None:  # what a song is
    tags = {"title": title, "artist": artist, "album": album, "track": str(number), "date": year, "genre": genre}
    make_audio(folder / artist / album / f"{number:02d} {title}", "flac", hertz=hertz, seconds=6.0, tags=tags)


def _tone(file: Path, number: int) -> None:
    """One of three tracks that are one long sound, cut: nothing fades, so a gap between them can be heard."""
    file.parent.mkdir(parents=True, exist_ok=True)
    tags = {
        "title": f"Wave {number}", "artist": "Long", "album": "Waves", "track": str(number),
        "REPLAYGAIN_TRACK_GAIN": "-6.00 dB", "REPLAYGAIN_TRACK_PEAK": "0.900000",
        "REPLAYGAIN_ALBUM_GAIN": "-3.00 dB", "REPLAYGAIN_ALBUM_PEAK": "0.900000",
    }  # fmt: skip
    arguments = [part for key, value in tags.items() for part in ("-metadata", f"{key}={value}")]
    sine = f"sine=frequency={300 * number}:sample_rate=44100:duration={ALBUM_SECONDS}"
    run_ffmpeg(("-f", "lavfi", "-i", sine, "-ac", "2", "-c:a", "flac", *arguments, file))
