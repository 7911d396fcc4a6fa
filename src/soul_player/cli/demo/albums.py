"""The demo's library as a list: who plays what, in which format, and in which key. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

# Semitones of the chords above the key's root: the progressions that half of all songs are made of.
_MAJOR, _MINOR = (0, 4, 7, 12), (0, 3, 7, 12)
_PROGRESSIONS = (
    ((0, _MAJOR), (7, _MAJOR), (9, _MINOR), (5, _MAJOR)),
    ((9, _MINOR), (5, _MAJOR), (0, _MAJOR), (7, _MAJOR)),
    ((0, _MINOR), (8, _MAJOR), (3, _MAJOR), (10, _MAJOR)),
    ((2, _MINOR), (7, _MAJOR), (0, _MAJOR), (9, _MINOR)),
)
_LOWEST_HZ = 130.81  # C3


class DemoFormat(StrEnum):
    """The suffixes of the five formats."""

    FLAC = "flac"
    MP3 = "mp3"
    OGG = "ogg"
    OPUS = "opus"
    M4A = "m4a"


@dataclass(frozen=True)
class Album:
    """One album in one format. `shade`: the hue of its cover, 0..255."""

    artist: str
    title: str
    year: int
    genre: str
    audio_format: DemoFormat
    shade: int
    titles: tuple[str, ...]


@dataclass(frozen=True)
class Song:
    """One file to be made."""

    album: Album
    number: int

    @property
    def title(self) -> str:
        """Its title."""
        return self.album.titles[self.number - 1]

    @property
    def path(self) -> PurePosixPath:
        """Below the music folder."""
        name = f"{self.number:02d} {self.title}.{self.album.audio_format}"
        return PurePosixPath(self.album.artist, self.album.title, name)

    @property
    def seconds(self) -> float:
        """Four chords; every song has a length of its own."""
        return 3.2 + 0.4 * self.number + self.album.shade / 1000

    def chords_hz(self) -> tuple[tuple[float, ...], ...]:
        """The frequencies of its four chords."""
        key = (self.album.shade + 5 * self.number) % 12
        progression = _PROGRESSIONS[(self.album.shade + self.number) % len(_PROGRESSIONS)]
        return tuple(
            tuple(round(_LOWEST_HZ * 2 ** ((key + root + step) / 12), 2) for step in chord)
            for root, chord in progression
        )


ALBUMS = (
    Album("Amber Tide", "Night Drive", 2021, "Synthwave", DemoFormat.FLAC, 10,
          ("Low Beams", "Coast Road", "Petrol Blue", "Rain on the Roof", "Home by Four")),
    Album("The Paper Lanterns", "Small Hours", 2018, "Indie Folk", DemoFormat.MP3, 95,
          ("Kettle Song", "Borrowed Coat", "Half a Letter", "Snow on the Line", "The Last Bus")),
    Album("Sólveig Þórs", "Norðurljós", 2023, "Ambient", DemoFormat.OGG, 150,
          ("Dögun", "Ljósaskipti", "Hafið", "Vetrarsól", "Kyrrð")),
    Album("奏", "夜の電車", 2024, "City Pop", DemoFormat.OPUS, 215,
          ("改札", "窓の灯り", "終点", "雨上がり", "帰り道")),
    Album("Grey & Daughters", "Harvest Works", 2019, "Jazz", DemoFormat.M4A, 40,
          ("First Furrow", "Tin Roof Waltz", "Gleaners", "Long Table")),
)  # fmt: skip

SONGS = tuple(Song(album, number + 1) for album in ALBUMS for number in range(len(album.titles)))
# What appears in the folder while the client looks away.
ENCORE = Song(
    Album("Amber Tide", "Night Drive", 2021, "Synthwave", DemoFormat.FLAC, 10, (*ALBUMS[0].titles, "Encore at Dawn")), 6
)
