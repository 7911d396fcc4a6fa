"""Fit the weights of the duplicate search on both labelled sets, by logistic regression, and print them as source.

    python benchmarks/fit_dedupe.py FOLDER                 prints src/soul_player/client/dedupe/weights.py anew
    python benchmarks/fit_dedupe.py FOLDER --folds 3       how weights fitted on the other folds do on each

Fitted on the tracks alone it fails on remixes and live takes; the few pairs of shops therefore count eightfold.
"""

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    # Started by its path, Python knows only this folder.
    sys.path.insert(0, str(ROOT))

from benchmarks.dedupe import read_rows, track_of  # noqa: E402  # after the path
from soul_player.client.dedupe.blocking import (  # noqa: E402  # after the path
    CANDIDATES_MAX,
    HOLDERS_MAX,
    probed_keys,
    stored_keys,
)
from soul_player.client.dedupe.decide import ASK_SCORE_MIN, AUTO_SCORE_MIN  # noqa: E402  # after the path
from soul_player.client.dedupe.similarity import FEATURES, features  # noqa: E402  # after the path
from soul_player.client.dedupe.texts import MatchText, Said, match_text  # noqa: E402  # after the path

SHOP_PAIR_WEIGHT = 8.0
RIDGE = 1.0
ROUNDS_MAX = 30
STEP_MIN = 1e-6


@dataclass(frozen=True)
class Example:
    """Two tracks, and whether they are one recording. `group` keeps a recording inside one fold."""

    values: tuple[float, ...]
    is_same: bool
    weight: float
    group: str


def examples(folder: Path) -> list[Example]:
    """The pairs that the keys bring together, and the pairs of the shops."""
    return [*_of_tracks(folder), *_of_shops(folder)]


def _of_tracks(folder: Path) -> Iterator[Example]:
    truth = {row["id"]: row["cluster"] for row in read_rows(folder / "mb_truth.csv")}
    rows = read_rows(folder / "mb_tracks.csv")
    texts = [_text(row) for row in rows]
    holders: defaultdict[int, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        shared: Counter[int] = Counter()
        for key in probed_keys(text):
            if len(holders[key]) <= HOLDERS_MAX:
                shared.update(holders[key])
        cluster = truth[rows[place]["id"]]
        for other, _ in shared.most_common(CANDIDATES_MAX):
            if rows[other]["source"] != rows[place]["source"]:
                is_same = truth[rows[other]["id"]] == cluster
                yield Example(features(text, texts[other]), is_same, 1.0, cluster)
        for key in stored_keys(text):
            holders[key].append(place)


def _of_shops(folder: Path) -> Iterator[Example]:
    for row in read_rows(folder / "itunes_amazon_pairs.csv"):
        values = features(_text(row, "a_"), _text(row, "b_"))
        yield Example(values, row["label"] == "1", SHOP_PAIR_WEIGHT, row["pair_id"])


def _text(row: Mapping[str, str], prefix: str = "") -> MatchText:
    track = track_of(row, 0, prefix)
    return match_text(
        Said(track.title, track.artist, track.album, track.track_number, track.duration_seconds, track.year)
    )


def fit(chosen: Sequence[Example]) -> list[float]:
    """Newton's method; a ridge keeps the weights of features that hardly occur small."""
    size = len(FEATURES)
    weights = [0.0] * size
    for _ in range(ROUNDS_MAX):
        gradient = [-RIDGE * weight for weight in weights]
        curvature = [[RIDGE if row == column else 0.0 for column in range(size)] for row in range(size)]
        for example in chosen:
            chance = probability(weights, example.values)
            error = example.weight * (example.is_same - chance)
            slope = example.weight * chance * (1 - chance)
            # Most features of most pairs are 0.
            filled = [(place, value) for place, value in enumerate(example.values) if value]
            for row, value in filled:
                gradient[row] += error * value
                line, scaled = curvature[row], slope * value
                for column, other in filled:
                    line[column] += scaled * other
        step = _solve(curvature, gradient)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < STEP_MIN:
            return weights
    raise ArithmeticError(f"no end after {ROUNDS_MAX} rounds")


def probability(weights: Sequence[float], values: Sequence[float]) -> float:
    """Of being one recording."""
    total = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return 1 / (1 + math.exp(-total)) if total > -700 else 0.0


def _solve(matrix: list[list[float]], right: Sequence[float]) -> list[float]:
    """Gauss, with the largest pivot."""
    size = len(right)
    rows = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    for place in range(size):
        pivot = max(range(place, size), key=lambda row: abs(rows[row][place]))
        rows[place], rows[pivot] = rows[pivot], rows[place]
        for row in range(place + 1, size):
            factor = rows[row][place] / rows[place][place]
            if factor:
                rows[row] = [a - factor * b for a, b in zip(rows[row], rows[place], strict=True)]
    solved = [0.0] * size
    for place in reversed(range(size)):
        known = sum(rows[place][other] * solved[other] for other in range(place + 1, size))
        solved[place] = (rows[place][size] - known) / rows[place][place]
    return solved


def as_source(weights: Sequence[float]) -> str:
    """The file that the product reads."""
    lines = [f'    "{name}": {weight:.3f},' for name, weight in zip(FEATURES, weights, strict=True)]
    first = '"""The weights of `similarity.FEATURES`, fitted by benchmarks/fit_dedupe.py on both development sets."""'
    return "\n".join([first, "", "WEIGHTS = {", *lines, "}"])


def _cross_validate(found: Sequence[Example], folds: int) -> None:
    for fold in range(folds):
        held_out = [example for example in found if crc32(example.group.encode()) % folds == fold]
        weights = fit([example for example in found if crc32(example.group.encode()) % folds != fold])
        seen: Counter[str] = Counter()
        for example in held_out:
            score = probability(weights, example.values)
            verdict = "auto" if score >= AUTO_SCORE_MIN else "ask" if score >= ASK_SCORE_MIN else "new"
            seen[f"{verdict}/{'same' if example.is_same else 'other'}"] += 1
        print(f"fold {fold + 1}: {dict(sorted(seen.items()))}")


def main(arguments: Sequence[str]) -> int:
    """0 when it was fitted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="holds mb_tracks.csv, mb_truth.csv and itunes_amazon_pairs.csv")
    parser.add_argument("--folds", type=int, default=0, help="cross-validate instead")
    options = parser.parse_args(arguments)
    found = examples(options.folder)
    if options.folds:
        _cross_validate(found, options.folds)
    else:
        print(as_source(fit(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
