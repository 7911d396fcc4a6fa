"""`soul demo`: a server and a client on this machine, with homes of their own, and the main job from end to end."""

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from soul_player.audio.ffmpeg import FfmpegFailed, FfmpegMissing
from soul_player.cli.client_home import client_failures
from soul_player.cli.demo.albums import ALBUMS, SONGS
from soul_player.cli.demo.claims import Claims
from soul_player.cli.demo.places import Places
from soul_player.cli.demo.server_process import RunningServer, running_server
from soul_player.cli.demo.walk import Walk
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.cli.failures import database_failures
from soul_player.cli.flags import Flags
from soul_player.cli.output import Output
from soul_player.cli.words import size


def run(flags: Flags, *, once: bool, keep: bool) -> int:
    """Exit code 0 only if every claim held. On a terminal it stays up afterwards, until Ctrl-C."""
    output = Output(flags)
    stays_up = sys.stdout.isatty() and not once and not flags.json
    folder = Path(tempfile.mkdtemp(prefix="soul-demo-"))
    try:
        return asyncio.run(_run(output, folder, stays_up=stays_up))
    except FfmpegMissing as error:
        raise CommandFailed("no_ffmpeg", str(error), hint="install ffmpeg, or run make install again") from error
    except FfmpegFailed as error:
        raise CommandFailed("ffmpeg_failed", f"ffmpeg could not make the demo's music: {error}") from error
    finally:
        if keep:
            output.message(f"everything is kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


async def _run(output: Output, folder: Path, *, stays_up: bool) -> int:
    """SIGTERM ends it as Ctrl-C does: the server is stopped, the folder goes."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    began = time.monotonic()
    claims = Claims(output)
    places = Places.below(folder)
    with client_failures(), database_failures():
        claims.step("A library of real, encoded, tagged audio")
        await asyncio.to_thread(places.make_music)
        _tell_music(claims, places)
        async with running_server(places.server_home, places.music, folder / "server.log") as server:
            await Walk(claims, places, server).run()
            seconds = time.monotonic() - began
            output.record({"event": "summary", "claims_held": claims.held, "seconds": round(seconds, 1)})
            output.result()
            output.result(f"All {claims.held} claims held, in {seconds:.1f} s.")
            _tell_what_next(output, places, server, stays_up=stays_up)
            if stays_up:
                await _until_told(server)
    return ExitCode.OK


async def _until_told(server: RunningServer) -> None:
    """Ctrl-C is how a person says that it is enough: everything held, so that is no failure."""
    try:
        await server.wait()
    except asyncio.CancelledError:
        return


def _tell_music(claims: Claims, places: Places) -> None:
    files = [places.file(song) for song in SONGS]
    formats = sorted({file.suffix.removeprefix(".") for file in files})
    claims.held_that(
        f"{len(files)} tracks of {len(ALBUMS)} albums in five formats ({', '.join(formats)}), with covers, "
        f"{size(sum(file.stat().st_size for file in files))}",
        seen=(len([file for file in files if file.stat().st_size > 0]), len(formats)),
        expected=(24, 5),
    )


def _tell_what_next(output: Output, places: Places, server: RunningServer, *, stays_up: bool) -> None:
    output.result()
    if not stays_up:
        output.result("Try it with your own music:")
        output.result("  soul serve --music ~/Music --host 0.0.0.0           on the machine that has it")
        output.result("  soul source add http://THAT-MACHINE:8420            on the one that wants it")
        output.result("  soul ui                                             there: its page, in sync by itself")
        return
    output.result(f"The server stays up at {server.url} (API page: {server.url}/api/docs) until Ctrl-C.")
    output.result("Meanwhile, in another terminal:")
    output.result(f"  soul --home {places.client_home} list year:2020.. ^genre:jazz")
    output.result(f"  soul --home {places.client_home} sync")
    output.result(f"  drop music into {places.music}, and sync again")
