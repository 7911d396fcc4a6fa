"""Finding duplicates: decisions on labelled tracks, pairs and fingerprints, through the product's own ingest path.

python benchmarks/dedupe.py decisions TRACKS.csv OUT.csv      writes id,decision,target in the order of the file
python benchmarks/dedupe.py labelled PAIRS.csv OUT.csv        writes pair_id,decision
python benchmarks/dedupe.py fingerprints PRINTS.csv OUT.csv   writes the accepted id_a,id_b
"""

import asyncio
import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    # Started by its path, Python knows only this folder.
    sys.path.insert(0, str(ROOT))

from benchmarks.dedupe_fingerprints import accepted_pairs  # noqa: E402  # after the path
from soul_player.client.dedupe.decide import Ask, Decision, New, Same  # noqa: E402  # after the path
from soul_player.client.dedupe.matching import Matched, match_batch  # noqa: E402  # after the path
from soul_player.client.library.model import SourceId, SourceType  # noqa: E402  # after the path
from soul_player.client.library.open import open_library  # noqa: E402  # after the path
from soul_player.client.library.sources import NewSource, add_source  # noqa: E402  # after the path
from soul_player.client.library.track_sources import store_tracks  # noqa: E402  # after the path
from soul_player.database.access import Reader, Writer  # noqa: E402  # after the path
from soul_player.database.sqlite import Inline  # noqa: E402  # after the path
from soul_player.protocol.ids import TrackId, id_bytes, mint_id  # noqa: E402  # after the path
from soul_player.protocol.track import Track  # noqa: E402  # after the path

EPOCH_MS = 1_577_836_800_000
WORDS = {Same: "auto", Ask: "ask", New: "new"}
STAMP = "2026-01-01T00:00:00.000Z"

ENTRY_IDS = """
    SELECT remote_id, id
      FROM track_sources
"""


class _Undo(Exception):
    """Leaves a transaction without a trace, with what was decided in it."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


def track_of(row: Mapping[str, str], place: int, prefix: str = "") -> Track:
    """A row of such a file as a server would send it; `place` makes its id."""
    return Track(
        id=TrackId(mint_id(EPOCH_MS + place, place.to_bytes(10, "big"))),
        title=row[f"{prefix}title"],
        artist=row[f"{prefix}artist"] or None,
        album=row[f"{prefix}album"] or None,
        track_number=_whole(row.get(f"{prefix}track_no", "")),
        year=_whole(row.get(f"{prefix}year", "")),
        duration_seconds=_number(row.get(f"{prefix}duration_s", "")) or 0.0,
        content_type="audio/mpeg",
        file_size=1,
        added_at=STAMP,
        updated_at=STAMP,
        seq=place + 1,
    )


async def decide_tracks(rows: Sequence[Mapping[str, str]], home: Path) -> list[tuple[str, str, str]]:
    """(id, decision, target) of each, in the order of arrival."""
    ids = [row["id"] for row in rows]
    places = {id_bytes(track_of(row, place).id): place for place, row in enumerate(rows)}
    async with open_library(home, runner=Inline()) as library:
        sources = {name: await library.write(_add_source, name) for name in sorted({row["source"] for row in rows})}
        for name, group in groupby(enumerate(rows), key=lambda pair: pair[1]["source"]):
            tracks = [track_of(row, place) for place, row in group]
            await library.write(_store, sources[name], tracks)
        entries = {entry_id: places[remote_id] for remote_id, entry_id in await library.read(_entry_ids)}
        decisions: list[tuple[int, Decision]] = []
        while (batch := await library.write(match_batch, now_ms=EPOCH_MS)).decisions:
            decisions += batch.decisions
    written = {entries[entry_id]: decision for entry_id, decision in decisions}
    return [(ids[place], *_words(written[place], entries, ids)) for place in range(len(rows))]


async def decide_pairs(rows: Sequence[Mapping[str, str]], home: Path) -> list[tuple[str, str]]:
    """(pair, decision): each pair arrives in an empty library, and leaves it again."""
    made: list[tuple[str, str]] = []
    async with open_library(home, runner=Inline()) as library:
        sources = [await library.write(_add_source, name) for name in ("a", "b")]
        for row in rows:
            try:
                await library.write(_decide_pair, sources, [track_of(row, place, prefix) for place, prefix in _SIDES])
            except _Undo as done:
                made.append((row["pair_id"], WORDS[type(done.decision)]))
    return made


_SIDES = ((0, "a_"), (1, "b_"))


async def _decide_pair(library: Writer, sources: Sequence[SourceId], tracks: Sequence[Track]) -> None:
    for source_id, track in zip(sources, tracks, strict=True):
        await _store(library, source_id, [track])
    matched: Matched = await match_batch(library, now_ms=EPOCH_MS)
    raise _Undo(matched.decisions[-1][1])


async def _add_source(library: Writer, name: str) -> SourceId:
    return await add_source(library, NewSource(name=name, type=SourceType.SERVER, urls=()), now_ms=EPOCH_MS)


async def _store(library: Writer, source_id: SourceId, tracks: Sequence[Track]) -> None:
    ids = b"".join(id_bytes(track.id) for track in tracks)
    await store_tracks(library, source_id, run=1, tracks=tracks, ids=ids)


async def _entry_ids(library: Reader) -> list[tuple[bytes, int]]:
    return [(row[0], row[1]) for row in await library.all(ENTRY_IDS)]


def _words(decision: Decision, entries: Mapping[int, int], ids: Sequence[str]) -> tuple[str, str]:
    if isinstance(decision, New):
        return WORDS[New], ""
    return WORDS[type(decision)], ids[entries[decision.candidate.entry.id]]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _whole(text: str) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def read_rows(path: Path) -> list[dict[str, str]]:
    """A CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, header: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> None:
    """The header and the rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def main(arguments: Sequence[str]) -> int:
    """One of the three commands."""
    if len(arguments) != 3 or arguments[0] not in ("decisions", "labelled", "fingerprints"):
        print(__doc__, file=sys.stderr)
        return 2
    command, source, target = arguments[0], Path(arguments[1]), Path(arguments[2])
    rows = read_rows(source)
    with tempfile.TemporaryDirectory(prefix="soul-dedupe-") as folder:
        match command:
            case "decisions":
                decided = asyncio.run(decide_tracks(rows, Path(folder)))
                write_rows(target, ("id", "decision", "target"), decided)
            case "labelled":
                write_rows(target, ("pair_id", "decision"), asyncio.run(decide_pairs(rows, Path(folder))))
            case _:
                write_rows(target, ("id_a", "id_b"), accepted_pairs(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
