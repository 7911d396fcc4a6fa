"""`soul resolve --all`: many decisions and many failed edits, each kind with one word."""

from pathlib import Path

from tests.cli.programs import soul
from tests.cli.test_resolve import decisions
from tests.client.sync.devices import a_device, put_library, refused_edits
from tests.conftest import run
from tests.server.running import running_server

NAMES = ["Night Drive", "Small Hours", "Harvest"]


async def asked_thrice(folder: Path) -> None:
    """A phone that is asked about three playlists which its desk deleted, and about one deletion of its own."""
    async with (
        running_server(folder / "server") as running,
        a_device(folder / "phone", running) as phone,
        a_device(folder / "desk", running) as desk,
    ):
        await put_library(running)
        await phone.sync()
        tracks = await phone.tracks()
        for name in [*NAMES, "Own"]:
            await phone.client.edits.add_entries(await phone.new_playlist(name), tracks[:1])
        await phone.sync()
        await desk.sync()
        for name in NAMES:
            await desk.client.edits.delete_playlist(await desk.playlist(name))
            await phone.client.edits.add_entries(await phone.playlist(name), tracks[1:2])
        await desk.client.edits.add_entries(await desk.playlist("Own"), (await desk.tracks())[:1])
        await phone.client.edits.delete_playlist(await phone.playlist("Own"))
        await desk.sync()
        await phone.sync()


def test_one_word_answers_every_decision_that_offers_it(tmp_path: Path) -> None:
    """What does not offer it waits on and is told; no answer is lost, none is given twice."""
    run(asked_thrice(tmp_path))
    phone = tmp_path / "phone"
    kinds = {decision["id"]: decision["kind"] for decision in decisions(phone)}
    (changed,) = [one for one, kind in kinds.items() if kind == "playlist_changed"]
    done = soul("resolve", "--all", "--keep", "local", "--json", home=phone)
    assert done.code == 6
    assert sorted(one["id"] for one in done.json()["resolved"]) == sorted(set(kinds) - {changed})
    assert done.json()["left"] == [changed]
    assert soul("resolve", "--all", "--keep", "mine", home=phone).code == 0
    assert decisions(phone) == []
    assert soul("resolve", "--all", "--keep", "mine", home=phone).code == 0


def test_all_failed_edits_are_tried_again(tmp_path: Path) -> None:
    """They wait to be sent, none of them is asked about any more."""
    run(refused_edits(tmp_path, "poison 1", "good", "poison 2", "poison 3"))
    phone = tmp_path / "phone"
    retried = soul("resolve", "--all", "--retry", "--json", home=phone)
    assert (retried.code, len(retried.json()["retried"])) == (0, 3)
    assert decisions(phone) == []
    assert soul("status", "--json", home=phone).json()["waiting_edits"] == 3


def test_letting_go_of_all_asks_first(tmp_path: Path) -> None:
    """And takes nothing else: what the server took stays."""
    run(refused_edits(tmp_path, "poison 1", "good", "poison 2", "poison 3"))
    phone = tmp_path / "phone"
    asked = soul("resolve", "--all", "--discard", home=phone)
    assert asked.code == 2
    assert "--yes" in asked.err
    assert len(decisions(phone)) == 3
    assert soul("resolve", "--all", "--discard", "--yes", home=phone).code == 0
    assert decisions(phone) == []
    assert soul("status", "--json", home=phone).json()["waiting_edits"] == 0
    assert "good" in soul("playlist", "list", home=phone).out
    assert "poison" not in soul("playlist", "list", home=phone).out


def test_all_needs_one_choice_and_no_id(tmp_path: Path) -> None:
    """Exit 2, whatever waits."""
    for line in (["--all"], ["7", "--all", "--keep", "mine"], ["--all", "--undo"], ["--all", "--edit", "x"],
                 ["--all", "--keep", "mine", "--retry"]):  # fmt: skip
        assert soul("resolve", *line, home=tmp_path).code == 2
    assert soul("resolve", "--all", "--keep", "mine", home=tmp_path).code == 0
    assert soul("resolve", "--all", "--retry", home=tmp_path).code == 0
