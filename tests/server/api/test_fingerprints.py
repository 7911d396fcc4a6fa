"""Fingerprints over the wire: in the shapes of the protocol, one and many, on both engines."""

import base64
from pathlib import Path

from soul_player.audio.fingerprint import find_fingerprint_tool, fingerprint_file
from soul_player.folders.prints import find_fingerprints
from soul_player.protocol.fingerprint import FINGERPRINTS_PER_REQUEST_MAX
from tests.conftest import run
from tests.makers_audio import make_audio
from tests.makers_tune import tune
from tests.server.in_process import house

NOWHERE = "01000000-0000-7000-8000-000000000000"


def test_fingerprints_come_in_the_shapes_of_the_protocol(tmp_path: Path, store_url: str) -> None:
    """Words are little-endian, 32 bits, base64; what has none is missing, and says so in either way."""

    async def story() -> None:
        (tmp_path / "music").mkdir()
        song = tune(tmp_path / "music" / "song.wav", 5)
        make_audio(tmp_path / "music" / "beep", "mp3")
        async with house(tmp_path / "home", database=store_url, music=(tmp_path / "music",)) as it:
            await it.server.scanner.scan()
            token = (await it.sign_in()).access_token
            tracks = (await it.ask("GET", "/api/sync/tracks", token=token)).json["tracks"]
            ids = {track["title"]: track["id"] for track in tracks}
            path = f"/api/tracks/{ids['song']}/fingerprint"
            assert (await it.ask("GET", path, token=token)).code == "fingerprint_not_found"
            await it.server.scanner.hash_all()
            prints = find_fingerprints()
            tool = find_fingerprint_tool()
            assert prints is not None
            assert tool is not None
            await it.server.fingerprinting.make_all(prints)
            reply = await it.ask("GET", path, token=token)
            words = fingerprint_file(tool, bytes(song))
            assert len(words) > 4 * 200
            assert reply.json == {
                "track_id": ids["song"], "duration_seconds": 39.996, "words": base64.b64encode(words).decode(),
            }  # fmt: skip
            asked = [ids["song"], NOWHERE, "no id", ids["song"]]
            many = await it.ask("POST", "/api/tracks/fingerprints", token=token, json_body={"ids": asked})
            assert many.json == {"fingerprints": [reply.json], "missing": [NOWHERE, "no id"]}
            (track,) = [
                track
                for track in (await it.ask("GET", "/api/sync/tracks", token=token)).json["tracks"]
                if track["id"] == ids["song"]
            ]
            assert track["fingerprinted"] is True
            assert (await it.ask("GET", f"/api/tracks/{NOWHERE}/fingerprint", token=token)).code == "track_gone"

    run(story())


def test_too_many_at_once_are_refused(tmp_path: Path) -> None:
    """Five hundred are answered, one more is 422; so is what is no list."""

    async def story() -> None:
        async with house(tmp_path) as it:
            token = (await it.sign_in()).access_token
            for count, status in ((FINGERPRINTS_PER_REQUEST_MAX, 200), (FINGERPRINTS_PER_REQUEST_MAX + 1, 422)):
                body = {"ids": [NOWHERE[:-4] + f"{place:04d}" for place in range(count)]}
                reply = await it.ask("POST", "/api/tracks/fingerprints", token=token, json_body=body)
                assert reply.status == status
            reply = await it.ask("POST", "/api/tracks/fingerprints", token=token, json_body={"ids": NOWHERE})
            assert (reply.status, reply.code) == (422, "invalid")

    run(story())
