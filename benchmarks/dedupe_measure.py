"""Rows of the table about duplicates: what is found and asked on labelled data, what it costs, a lookup by sound."""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.dedupe import decide_pairs, decide_tracks, read_rows, write_rows
from benchmarks.dedupe_fingerprints import accepted_pairs
from benchmarks.library import generate_tracks
from benchmarks.table import Bar, Of, Row, Settings, short_count
from soul_player.client.dedupe.fingerprints import WORD_BYTES, Fingerprint
from soul_player.client.dedupe.matching import match_everything
from soul_player.client.dedupe.prints import find_alike, store_fingerprints
from soul_player.client.library.model import SourceId, SourceType
from soul_player.client.library.open import open_library
from soul_player.client.library.sources import NewSource, add_source
from soul_player.client.library.track_sources import store_tracks
from soul_player.database.access import Database
from soul_player.database.sqlite import Inline
from soul_player.edges import SystemClock
from soul_player.protocol.ids import TrackId, id_bytes, mint_id
from soul_player.protocol.track import Track

# Beside the checkout, where there is one: it is not ours to ship.
DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "dedupe"
MISSING_NOTE = f"the labelled tracks are not at {Path('..') / 'shared' / 'data' / 'dedupe'}"
EPOCH_MS = 1_577_836_800_000
PAGE_ROWS = 1_000
FRAMES = 948
LOOKUPS = 200


def measure(settings: Settings) -> Sequence[Row]:
    """Every row; those on labelled data only where that is."""
    sizes = (max(200, settings.tracks // 5), settings.tracks)
    return [*_labelled(settings), *_costs(settings, sizes), *_lookup(settings)]


def _labelled(settings: Settings) -> Iterator[Row]:
    if not DATA.is_dir():
        yield Row("duplicates of labelled tracks", "", None, note=MISSING_NOTE)
        return
    home = settings.folder / "labelled"
    home.mkdir()
    decided = asyncio.run(decide_tracks(read_rows(DATA / "mb_tracks.csv"), home / "tracks"))
    write_rows(home / "decisions.csv", ("id", "decision", "target"), decided)
    answered = _score("decisions", DATA / "mb_truth.csv", home / "decisions.csv")
    alone = _score("decisions", DATA / "mb_truth.csv", home / "decisions.csv", "--answers=no")
    yield _row("wrong automatic merges", "per 10k", answered["wrong_auto_merges_per_10k"], at_most=3)
    yield _row("questions", "per 10k", answered["questions_per_10k"], at_most=250)
    yield _row("missed duplicates", "per 10k", answered["missed_duplicates_per_10k"], at_most=90)
    yield _row("duplicates found, with answers", "F1", answered["f1"], at_least=0.985)
    yield _row("duplicates found, without answers", "F1", alone["f1"], at_least=0.955)
    pairs = asyncio.run(decide_pairs(read_rows(DATA / "itunes_amazon_pairs.csv"), home / "pairs"))
    write_rows(home / "labelled.csv", ("pair_id", "decision"), pairs)
    shops = _score("labelled", DATA / "itunes_amazon_pairs.csv", home / "labelled.csv")
    yield _row("two shops: wrong automatic merges", "pairs", shops["auto"]["wrong_pairs"], at_most=1)
    yield _row("two shops: joined automatically", "recall", shops["auto"]["recall"], at_least=0.80)
    yield _row("two shops: joined or asked about", "recall", shops["auto_or_ask"]["recall"], at_least=0.96)
    yield from _sounds(home)


def _sounds(home: Path) -> Iterator[Row]:
    rows = read_rows(DATA / "fingerprints.csv")
    # Another speed is another pitch: not required to be found.
    genuine = {row["id"]: row["cluster"] for row in rows if "speed" not in row["variant"]}
    write_rows(home / "truth.csv", ("id", "cluster"), list(genuine.items()))
    accepted = [pair for pair in accepted_pairs(rows) if pair[0] in genuine and pair[1] in genuine]
    write_rows(home / "accepted.csv", ("id_a", "id_b"), accepted)
    found = _score("pairs", home / "truth.csv", home / "accepted.csv", "--raw")
    yield _row("copies found by their sound", "share", found["recall"], at_least=0.98)
    yield _row("different recordings joined by their sound", "pairs", found["wrong_pairs"], at_most=0)


def _score(*arguments: str | Path) -> dict[str, Any]:
    argv = [sys.executable, str(DATA / "score.py"), *map(str, arguments), "--json"]
    done = subprocess.run(argv, capture_output=True, check=True, text=True)
    scored: dict[str, Any] = json.loads(done.stdout)
    return scored


def _costs(settings: Settings, sizes: Sequence[int]) -> Iterator[Row]:
    """Two sources, the second of which spells half of its tracks otherwise."""
    per_track: list[float] = []
    for tracks in sizes:
        seconds = asyncio.run(_match(settings.folder / f"match-{tracks}", tracks, settings.seed))
        per_track.append(seconds / tracks)
        bar = {20_000: 20.0, 100_000: 120.0}.get(tracks)
        yield Row(
            f"match {short_count(tracks)} tracks",
            "CPU-s",
            seconds,
            bar=None if bar is None else Bar(Of.OURS, at_most=bar),
        )
    yield _row("cost of a track at five times the size", "times", per_track[-1] / per_track[0], at_most=2.0)


async def _match(home: Path, count: int, seed: int) -> float:
    async with open_library(home, runner=Inline()) as library:
        tracks = [generated.track for generated in islice(generate_tracks(count, seed=seed), count // 2)]
        await _store(library, "Home", tracks)
        await _store(library, "Friend", list(_respelled(tracks, seed)))
        began = time.process_time()
        matched = await match_everything(library, SystemClock())
        assert matched >= count // 2 * 2, matched
        return time.process_time() - began


def _respelled(tracks: Sequence[Track], seed: int) -> Iterator[Track]:
    randomness = random.Random(seed)
    for place, track in enumerate(tracks):
        other = TrackId(mint_id(EPOCH_MS + place, randomness.randbytes(10)))
        title = track.title if randomness.random() < 0.5 else f"{track.title.upper()} (Remastered)"
        seconds = track.duration_seconds + randomness.uniform(-0.5, 0.5)
        yield msgspec.structs.replace(
            track,
            id=other,
            title=title,
            duration_seconds=seconds,
            audio_hash=None,
            file_hash=None,
            musicbrainz_recording_id=None,
        )


async def _store(library: Database, name: str, tracks: Sequence[Track]) -> None:
    source = NewSource(name=name, type=SourceType.SERVER, urls=())
    source_id: SourceId = await library.write(add_source, source, now_ms=EPOCH_MS)
    for at in range(0, len(tracks), PAGE_ROWS):
        page = tracks[at : at + PAGE_ROWS]
        ids = b"".join(id_bytes(track.id) for track in page)
        await library.write(store_tracks, source_id, run=1, tracks=page, ids=ids)


def _lookup(settings: Settings) -> Iterator[Row]:
    milliseconds = asyncio.run(
        _look_up(settings.folder / "prints", settings.tracks, settings.seed, settings.sized(LOOKUPS, small=10))
    )
    yield Row(
        f"look up a sound among {short_count(settings.tracks)}", "ms", milliseconds, bar=Bar(Of.OURS, at_most=2.0)
    )


async def _look_up(home: Path, count: int, seed: int, lookups: int) -> float:
    randomness = random.Random(seed)
    async with open_library(home, runner=Inline()) as library:
        wanted: list[tuple[int, bytes]] = []
        for at in range(0, count, PAGE_ROWS):
            prints = [
                (entry + 1, 200.0, randomness.randbytes(FRAMES * WORD_BYTES))
                for entry in range(at, min(count, at + PAGE_ROWS))
            ]
            await library.write(store_fingerprints, prints)
            wanted.append((prints[0][0], prints[0][2]))
        chosen = [randomness.choice(wanted) for _ in range(lookups)]
        seconds: list[float] = []
        for entry_id, words in chosen:
            # A copy that begins a second later, with a bit in twenty turned.
            copy = Fingerprint(_worn(words[8 * WORD_BYTES :], randomness))
            began = time.perf_counter()
            alike = await library.read(find_alike, copy)
            seconds.append(time.perf_counter() - began)
            assert alike, entry_id
            assert alike[0].entry_id == entry_id, entry_id
        return sorted(seconds)[len(seconds) // 2] * 1000


def _worn(words: bytes, randomness: random.Random) -> bytes:
    bits = int.from_bytes(words, "little")
    for _ in range(len(words) * 8 // 50):
        bits ^= 1 << randomness.randrange(len(words) * 8)
    return bits.to_bytes(len(words), "little")


def _row(name: str, unit: str, value: float, *, at_least: float | None = None, at_most: float | None = None) -> Row:
    return Row(name, unit, value, bar=Bar(Of.OURS, at_least=at_least, at_most=at_most))
