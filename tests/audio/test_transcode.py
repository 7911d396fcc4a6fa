"""The command of a transcode: the same for a thousand hostile names, because no name is ever in it."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from soul_player.audio.ffmpeg import find_ffmpeg
from soul_player.audio.source import Stamp
from soul_player.audio.transcode import Recipe, transcode_argv
from soul_player.folders.read import OpenFolders
from soul_player.protocol.quality import StreamFormat
from tests.makers_audio import FORMATS, make_audio

NAMES = 1_000
# What a shell, an option parser, a protocol, a pattern or a decoder of text would trip over.
PIECES = (
    b"-i", b"--", b"-f", b"concat:", b"http://127.0.0.1:9/", b"file:", b"pipe:0", b"data:", b"subfile,,:",
    b"%d", b"%03d", b"%s%n", b"\n", b"\r", b"\t", b"\x1b[2J", b"'", b'"', b"`id`", b"$(id)", b"; rm -rf .", b"|", b"&",
    b"*", b"?", b"[a]", b"{a,b}", b"\\", b":", b"@", b"#EXTM3U", b"\xff\xfe", b"\xc3\x28", b"\xe2\x80\xae", b" ", b"~",
)  # fmt: skip
GOLDEN = [
    "FFMPEG", "-hide_banner", "-nostdin", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-format_whitelist",
    "mp3,flac,ogg,mov,mp4,m4a,wav,aiff,aac", "-ss", "12.500", "-i", "file:/dev/fd/FD", "-map", "0:a:0",
    "-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", "-ac", "2", "-b:a",
    "96000", "-c:a", "libopus", "-vbr", "constrained", "-f", "opus", "pipe:1",
]  # fmt: skip


def hostile_names() -> list[bytes]:
    """Distinct, each a name that a file system takes."""
    randomness = random.Random(1)
    names: dict[bytes, None] = {}
    while len(names) < NAMES:
        made = b"".join(randomness.choice(PIECES) for _ in range(randomness.randint(1, 6))).replace(b"/", b"")
        names.setdefault(made[:200] + b".mp3", None)
    return list(names)


def transcoded(argv: list[str], descriptor: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(argv, pass_fds=(descriptor,), capture_output=True, timeout=60, check=False)


def test_the_command_is_the_same_for_a_thousand_hostile_names(tmp_path: Path) -> None:
    """Each is opened as a real file; every twentieth is transcoded as well, and gives the same bytes."""
    song = make_audio(tmp_path / "song", "mp3", seconds=0.3)
    names = hostile_names()
    music = tmp_path / "music"
    music.mkdir()
    made: set[bytes] = set()
    for place, name in enumerate(names):
        os.link(song, bytes(music) + b"/" + name)
        with OpenFolders(bytes(music)) as folders:
            descriptor = folders.open(name)
        try:
            assert Stamp.of(os.fstat(descriptor)) == Stamp.of(song.stat())
            argv = list(transcode_argv(find_ffmpeg(), Recipe(StreamFormat.OPUS, 96_000, 12.5), descriptor))
            assert [argv[0].replace(str(find_ffmpeg()), "FFMPEG"), *argv[1:]] == [
                part.replace("FD", str(descriptor)) for part in GOLDEN
            ]
            if place % 20 == 0:
                done = transcoded(
                    list(transcode_argv(find_ffmpeg(), Recipe(StreamFormat.MP3, 64_000), descriptor)), descriptor
                )
                assert done.returncode == 0, (name, done.stderr)
                made.add(done.stdout)
        finally:
            os.close(descriptor)
    assert sum(1 for _ in music.iterdir()) == NAMES
    assert len(made) == 1
    assert len(made.pop()) > 1_000


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("stream_format", StreamFormat)
def test_every_format_is_made_into_every_other(tmp_path: Path, name: str, stream_format: StreamFormat) -> None:
    """With the head that a player looks for, and about as many bits as were asked for."""
    song = make_audio(tmp_path / "song", name, seconds=4.0)
    with song.open("rb") as file:
        argv = list(transcode_argv(find_ffmpeg(), Recipe(stream_format, 64_000), file.fileno()))
        done = transcoded(argv, file.fileno())
    assert (done.returncode, done.stderr) == (0, b"")
    heads = {StreamFormat.OPUS: b"OggS", StreamFormat.MP3: b"\xff\xfb", StreamFormat.AAC: b"\xff\xf1"}
    assert done.stdout.startswith(heads[stream_format])
    assert 4 * 64_000 / 8 * 0.4 < len(done.stdout) < 4 * 64_000 / 8 * 2.0


@pytest.mark.parametrize(
    "content", [b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/x.ts\n", b"ffconcat version 1.0\nfile a.mp3\n"]
)
def test_a_file_that_names_other_files_opens_none(tmp_path: Path, content: bytes) -> None:
    """A playlist with the name of a song is no music."""
    (tmp_path / "a.mp3").write_bytes(make_audio(tmp_path / "other", "mp3").read_bytes())
    path = tmp_path / "list.mp3"
    path.write_bytes(content)
    with path.open("rb") as file:
        done = transcoded(
            list(transcode_argv(find_ffmpeg(), Recipe(StreamFormat.MP3, 64_000), file.fileno())), file.fileno()
        )
    assert done.returncode != 0
    assert done.stdout == b""
