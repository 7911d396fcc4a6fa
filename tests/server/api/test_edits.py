"""Pushing edits and reading them back, over the API."""

import hashlib
from pathlib import Path
from typing import Any

from soul_player.database.access import Writer
from soul_player.edges import SystemRandomness
from soul_player.protocol.ack import Ack, encode_ack
from soul_player.protocol.ids import id_bytes, mint_id
from soul_player.protocol.times import time_text
from soul_player.server.store.changes import claim
from tests.conftest import run
from tests.edges.fake_clock import FakeClock
from tests.server.in_process import House, SignedInDevice, house
from tests.server.track_rows import add_root, put_track

randomness = SystemRandomness()


class Device:
    """One signed-in device that pushes."""

    def __init__(self, it: House, signed_in: SignedInDevice, clock: FakeClock, name: str) -> None:
        self.it, self.signed_in, self.clock, self.name = it, signed_in, clock, name
        self.n = 0

    def new_id(self) -> str:
        return mint_id(self.clock.now_ms(), randomness.bytes(10))

    def op(self, type_: str, **fields: Any) -> dict[str, Any]:
        self.n += 1
        at = time_text(self.clock.now_ms())
        return {"op_id": self.new_id(), "n": self.n, "type": type_, "at": at, **fields}

    async def push(self, *operations: Any, **fields: Any) -> Any:
        body = {"device_id": self.name, "operations": list(operations), **fields}
        return await self.it.ask("POST", "/api/sync/push", token=self.signed_in.access_token, json_body=body)

    async def get(self, target: str, **headers: str) -> Any:
        return await self.it.ask("GET", target, token=self.signed_in.access_token, headers=headers)


async def a_device(it: House, clock: FakeClock, name: str = "phone", username: str | None = None) -> Device:
    if username is not None:
        await it.server.accounts.add(username, "a listener's password", is_admin=False)
        return Device(it, await it.sign_in(username, "a listener's password", device=name), clock, name)
    return Device(it, await it.sign_in(device=name), clock, name)


async def put_tracks(it: House, *ids: str) -> None:
    async def fill(store: Writer) -> None:
        await add_root(store)
        for track_id in ids:
            await put_track(store, id_bytes(track_id))

    await it.server.store.database.write(fill)


def test_what_is_pushed_comes_back_in_the_feeds_and_the_digest(tmp_path: Path, store_url: str) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path / "home", database=store_url, clock=clock) as it:
            phone = await a_device(it, clock)
            playlist, entry, track = phone.new_id(), phone.new_id(), phone.new_id()
            await put_tracks(it, track)
            reply = await phone.push(
                phone.op("playlist.create", playlist_id=playlist, name="Night Drive"),
                phone.op("entry.add", playlist_id=playlist, entry_id=entry, track_id=track),
                phone.op("rating.set", track_id=track, rating=5),
                sent_at=time_text(clock.now_ms()),
            )
            assert reply.status == 200, reply
            answer = reply.json
            assert [result["status"] for result in answer["results"]] == ["applied"] * 3
            assert [result["seq"] for result in answer["results"]] == [1, 2, 3]
            scope = f"user:{phone.signed_in.user_id}"
            assert answer["heads"][scope] == 3
            page = (await phone.get(f"/api/sync/playlists?ack={answer['ack']}")).json
            assert [one["name"] for one in page["playlists"]] == ["Night Drive"]
            assert [(one["id"], one["track_id"]) for one in page["entries"]] == [(entry, track)]
            assert (page["total"], page["has_more"], page["removed_entries"]) == (1, False, [])
            marks = (await phone.get("/api/sync/user-data")).json
            assert [(one["track_id"], one["rating"]) for one in marks["user_data"]] == [(track, 5)]
            digest = (await phone.get("/api/sync/digest")).json
            assert (digest["head"], digest["count"]) == (3, 3)
            # As the protocol defines it, so that any client can reckon it.
            rows = (f"playlist:{playlist}:1", f"entry:{entry}:2", f"user_data:{track}:3")
            halves = [int.from_bytes(hashlib.sha256(row.encode()).digest()[:16], "big") for row in rows]
            assert digest["digest"] == f"{halves[0] ^ halves[1] ^ halves[2]:032x}"
            await phone.push(phone.op("playlist.delete", playlist_id=playlist))
            later = (await phone.get(f"/api/sync/playlists?cursor={page['next_cursor']}")).json
            assert later["deleted_playlists"] == [playlist]
            assert (await phone.get("/api/sync/digest")).json["count"] == 1

    run(story())


def test_a_feed_at_its_head_is_not_sent_again(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            phone = await a_device(it, clock)
            for feed in ("playlists", "user-data"):
                first = await phone.get(f"/api/sync/{feed}?cursor=")
                assert first.json["total"] == 0, "an empty cursor counts as none"
                target = f"/api/sync/{feed}?cursor={first.json['next_cursor']}"
                tag = (await phone.get(target)).headers["etag"]
                assert (await phone.get(target, **{"If-None-Match": tag})).status == 304
                assert (await phone.get(f"/api/sync/{feed}?limit=0")).code == "invalid_limit"
                assert (await phone.get(f"/api/sync/{feed}?cursor=AAAA")).code == "cursor_invalid"

    run(story())


def test_a_batch_that_cannot_be_taken_applies_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            phone = await a_device(it, clock)
            good = phone.op("playlist.create", playlist_id=phone.new_id(), name="a")
            many = [phone.op("playlist.create", playlist_id=phone.new_id(), name="a") for _ in range(501)]
            assert (await phone.push(*many)).code == "too_large"
            assert (await phone.push(good, 7)).code == "invalid"
            assert (await phone.push(good, {"n": 1})).code == "invalid"
            assert (await phone.push(good, sent_at="yesterday")).code == "invalid"
            assert (await phone.push(good, confirmed_through=-1)).code == "invalid"
            assert (await phone.push(good, device_id="laptop")).code == "device_mismatch"
            assert (await phone.push({**good, "name": "x" * 2_000_000})).code == "too_large"
            assert (await phone.get("/api/sync/playlists")).json["playlists"] == []
            assert (await phone.push(good)).json["results"][0]["status"] == "applied"

    run(story())


def test_an_acknowledgement_of_another_history_is_refused_everywhere(tmp_path: Path, store_url: str) -> None:
    """The device whose edits a restored server has lost must hear of it, whatever it asks first."""

    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path / "home", database=store_url, clock=clock) as it:
            phone = await a_device(it, clock)
            first = (await phone.push(phone.op("playlist.create", playlist_id=phone.new_id(), name="a"))).json
            era = (await phone.get("/api/sync/heads")).json["era"]
            key = it.server.store.secrets.cursor_key
            ahead = encode_ack(Ack(era, 7), key=key, user_id=phone.signed_in.user_id)
            other = encode_ack(Ack(era, 1), key=key, user_id=phone.new_id())
            operation = phone.op("playlist.create", playlist_id=phone.new_id(), name="b")
            for ack in (ahead, other, "AAAA"):
                for feed in ("heads", "playlists", "user-data"):
                    assert (await phone.get(f"/api/sync/{feed}?ack={ack}")).code == "ack_diverged"
                assert (await phone.push(operation, ack=ack)).code == "ack_diverged"
            assert (await phone.get(f"/api/sync/heads?ack={first['ack']}")).status == 200
            assert (await phone.push(operation, ack=first["ack"])).json["results"][0]["status"] == "applied"

    run(story())


def test_a_push_tells_the_heads_and_begins_an_era_when_the_store_went_back(tmp_path: Path, store_url: str) -> None:
    """Else a store that is exchanged under a running server grows past its devices before one of them asks."""

    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path / "home", database=store_url, clock=clock) as it:
            phone, desk = await a_device(it, clock), await a_device(it, clock, "desk")

            def create() -> dict[str, Any]:
                return phone.op("playlist.create", playlist_id=phone.new_id(), name="a")

            await phone.push(*[create() for _ in range(4)])
            cursor = (await desk.get("/api/sync/playlists")).json["next_cursor"]
            answer, heads = (await phone.push(create())).json, (await phone.get("/api/sync/heads")).json
            assert {name: answer[name] for name in ("server_id", "era", "heads")} == {
                name: heads[name] for name in ("server_id", "era", "heads")
            }

            async def go_back(store: Writer) -> None:
                await store.run("UPDATE sync_head SET seq = 2 WHERE scope LIKE 'user:%' AND seq = 5")
                await store.run("DELETE FROM sync_change WHERE scope LIKE 'user:%' AND seq > 2")

            await it.server.store.database.write(go_back)
            after = (await phone.push(*[create() for _ in range(9)])).json
            assert after["era"] != answer["era"]
            assert (await desk.get(f"/api/sync/playlists?cursor={cursor}")).code == "cursor_diverged"
            assert (await phone.push(create(), ack=answer["ack"])).code == "ack_diverged"
            assert (await phone.push(create(), ack=after["ack"])).status == 200

    run(story())


def test_a_copied_home_is_told_so(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            phone = await a_device(it, clock)
            await phone.push(phone.op("playlist.create", playlist_id=phone.new_id(), name="a"), confirmed_through=1)
            clock.advance(10)
            phone.n = 0
            clone = phone.op("playlist.create", playlist_id=phone.new_id(), name="b")
            assert (await phone.push(clone)).code == "device_cloned"

    run(story())


def test_nobody_reads_or_moves_what_is_anothers(tmp_path: Path, store_url: str) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path / "home", database=store_url, clock=clock) as it:
            mine = await a_device(it, clock)
            theirs = await a_device(it, clock, "phone", username="stranger")
            playlist = mine.new_id()
            await mine.push(mine.op("playlist.create", playlist_id=playlist, name="mine"))
            assert (await theirs.get("/api/sync/playlists")).json["playlists"] == []
            assert (await theirs.get(f"/api/sync/digest?scope=user:{mine.signed_in.user_id}")).status == 404
            reply = await theirs.push(theirs.op("playlist.rename", playlist_id=playlist, name="theirs"))
            assert reply.json["results"][0]["status"] == "blocked"
            cursor = (await mine.get("/api/sync/playlists")).json["next_cursor"]
            assert (await theirs.get(f"/api/sync/playlists?cursor={cursor}")).code == "cursor_invalid"

    run(story())


def test_the_digest_is_read_anew_when_the_head_has_moved(tmp_path: Path) -> None:
    async def story() -> None:
        clock = FakeClock()
        async with house(tmp_path, clock=clock) as it:
            phone = await a_device(it, clock)
            first = (await phone.get("/api/sync/digest?scope=library")).json

            async def move(store: Writer) -> None:
                await claim(store, "library", 1)

            await it.server.store.database.write(move)
            assert (await phone.get("/api/sync/digest?scope=library")).json["head"] == first["head"] + 1

    run(story())
