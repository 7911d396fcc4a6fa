"""Fingerprints of a file, through the product's own index: which pairs sound like one recording."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

from soul_player.client.dedupe.decide import sounds_the_same
from soul_player.client.dedupe.fingerprints import WORD_BYTES, Fingerprint
from soul_player.client.dedupe.prints import find_alike, store_fingerprints
from soul_player.client.library.open import open_library
from soul_player.database.sqlite import Inline

HEX_DIGITS_PER_WORD = 8


def words_of(digits: str) -> bytes:
    """Eight hex digits a frame -> little-endian words."""
    words = (digits[at : at + HEX_DIGITS_PER_WORD] for at in range(0, len(digits), HEX_DIGITS_PER_WORD))
    return b"".join(int(word, 16).to_bytes(WORD_BYTES, "little") for word in words)


async def _accepted(rows: Sequence[Mapping[str, str]], home: Path) -> list[tuple[str, str]]:
    prints = [
        (place, float(row["duration_s"]), words_of(row["fingerprint_hex"])) for place, row in enumerate(rows, start=1)
    ]
    seconds = {entry_id: duration for entry_id, duration, _ in prints}
    accepted: set[tuple[int, int]] = set()
    async with open_library(home, runner=Inline()) as library:
        await library.write(store_fingerprints, prints)
        for entry_id, _, words in prints:
            alike = await library.read(find_alike, Fingerprint(words), besides=entry_id)
            accepted |= {
                (min(entry_id, other.entry_id), max(entry_id, other.entry_id))
                for other in alike
                if sounds_the_same(other.score, seconds_apart=abs(seconds[entry_id] - seconds[other.entry_id]))
            }
    return [(rows[a - 1]["id"], rows[b - 1]["id"]) for a, b in sorted(accepted)]


def accepted_pairs(rows: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """Each pair that ends in one recording. What is the same as the same third is the same."""
    with tempfile.TemporaryDirectory(prefix="soul-fingerprints-") as folder:
        accepted = asyncio.run(_accepted(rows, Path(folder)))
    group: dict[str, set[str]] = {row["id"]: {row["id"]} for row in rows}
    for a, b in accepted:
        if group[a] is not group[b]:
            group[a] |= group[b]
            for member in group[b]:
                group[member] = group[a]
    groups = {id(members): members for members in group.values()}
    return sorted(pair for members in groups.values() for pair in combinations(sorted(members), 2))
