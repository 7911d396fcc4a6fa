"""Makes the demo's library: real, encoded, tagged audio with covers, by ffmpeg on as many cores as there are."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image, ImageDraw

from soul_player.audio.ffmpeg import run_ffmpeg
from soul_player.cli.demo.albums import Album, DemoFormat, Song

COVER_PIXELS = 320
_CODECS: dict[DemoFormat, tuple[str, ...]] = {
    DemoFormat.FLAC: ("-c:a", "flac", "-sample_fmt", "s16"),
    DemoFormat.MP3: ("-c:a", "libmp3lame", "-b:a", "128k", "-id3v2_version", "4"),
    DemoFormat.OGG: ("-c:a", "libvorbis", "-q:a", "3"),
    DemoFormat.OPUS: ("-c:a", "libopus", "-b:a", "96k"),
    DemoFormat.M4A: ("-c:a", "aac", "-b:a", "128k"),
}
# These carry their cover inside; the Ogg albums have a cover.jpg in the folder, as many libraries do.
_EMBEDS = frozenset((DemoFormat.FLAC, DemoFormat.MP3, DemoFormat.M4A))


def make_library(folder: Path, songs: Sequence[Song]) -> None:
    """Every song as a file below `folder`. Raises `FfmpegFailed` or `FfmpegMissing`."""
    covers = {song.album.title: folder / song.path.parent / "cover.jpg" for song in songs}
    for song in songs:
        cover = covers[song.album.title]
        if not cover.exists():
            cover.parent.mkdir(parents=True, exist_ok=True)
            _draw_cover(song.album).save(cover, quality=85)
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        for made in [workers.submit(make_song, folder / song.path, song, covers[song.album.title]) for song in songs]:
            made.result()
    for song in songs:
        if song.album.audio_format in _EMBEDS:
            covers[song.album.title].unlink(missing_ok=True)


def make_with_cover(file: Path, song: Song) -> None:
    """One more song, with its cover inside, anywhere."""
    cover = file.with_suffix(".jpg")
    _draw_cover(song.album).save(cover, quality=85)
    make_song(file, song, cover)
    cover.unlink()


def make_song(file: Path, song: Song, cover: Path) -> None:
    """One file: four chords, encoded and tagged."""
    embeds = song.album.audio_format in _EMBEDS
    picture = ("-i", cover, "-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic")
    run_ffmpeg([
        "-f", "lavfi", "-i", _synthesiser(song), *(picture if embeds else ()), "-threads", "1",
        *_CODECS[song.album.audio_format], *_tags(song), file,
    ])  # fmt: skip


def retag(file: Path, changed: Path, *, title: str) -> None:
    """A copy with another title, its audio untouched, as a tagger makes it."""
    run_ffmpeg(["-i", file, "-map", "0", "-c", "copy", "-metadata", f"title={title}", changed])


def _synthesiser(song: Song) -> str:
    """A source for ffmpeg: each chord is plucked, decays, and leans a little to one side."""
    beat = song.seconds / 4
    left: list[str] = []
    right: list[str] = []
    for number, chord in enumerate(song.chords_hz()):
        envelope = f"between(t,{number * beat:.3f},{(number + 1) * beat:.3f})*exp(-1.6*mod(t,{beat:.3f}))"
        for side, tilt in ((left, 1.0), (right, 1.003)):
            tones = "+".join(f"sin({2 * 3.14159265 * hz * tilt:.3f}*t)" for hz in chord)
            side.append(f"{envelope}*0.16*({tones})")
    return f"aevalsrc=exprs='{'+'.join(left)}|{'+'.join(right)}':s=44100:d={song.seconds:.3f}"


def _tags(song: Song) -> list[str]:
    album = song.album
    tags = {
        "title": song.title,
        "artist": album.artist,
        "album": album.title,
        "album_artist": album.artist,
        "track": f"{song.number}/{len(album.titles)}",
        "disc": "1/1",
        "date": str(album.year),
        "genre": album.genre,
    }
    # Ogg keeps its tags in the stream, the others in the file.
    place = "-metadata:s:a:0" if album.audio_format in (DemoFormat.OGG, DemoFormat.OPUS) else "-metadata"
    return [part for key, value in tags.items() for part in (place, f"{key}={value}")]


def _draw_cover(album: Album) -> Image.Image:
    """A sky in the album's hue, with rings."""
    cover = Image.new("HSV", (COVER_PIXELS, COVER_PIXELS))
    pen = ImageDraw.Draw(cover)
    for row in range(COVER_PIXELS):
        pen.line((0, row, COVER_PIXELS, row), fill=(album.shade, 150, 60 + 170 * row // COVER_PIXELS))
    middle = COVER_PIXELS // 2
    for ring in range(12, 0, -1):
        reach = ring * 11
        box = (middle - reach, middle - reach, middle + reach, middle + reach)
        pen.ellipse(box, fill=((album.shade + 14 * ring) % 256, 130, 250 - 12 * ring))
    return cover.convert("RGB")
