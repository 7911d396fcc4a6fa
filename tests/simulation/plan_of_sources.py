"""What kind of world of two servers a seed stands for."""

import random
from dataclasses import dataclass

EVENTS_MAX = 12
# How often each thing happens, when a world has it at all.
WEIGHTS = {
    "device loses power": 3,
    "server loses power": 2,
    "more music": 2,
    "less music": 1,
    "files are tagged anew": 1,
    "rebuild": 2,
    "backup": 2,
    "restore": 2,
    "home is copied": 1,
    "home is restored": 1,
    "home runs twice": 1,
    "nothing": 2,
    "an entry waits": 1,
    "merged and parted": 1,
    "parted and joined": 1,
    "answered and taken back": 1,
    "gone and back": 1,
    "parted for ever": 1,
}
KEPT_SHARE = 0.5
# Worlds from this seed on dwell on what a person parted, while servers forget it and runs are cut off.
CLOSE_SEEDS = 1_000_000
CLOSE_WEIGHTS = {"parted for ever": 4, "an entry waits": 1, "device loses power": 1}


@dataclass
class SourcesPlan:
    """`people`: whose each device is. `hand_chance`: how often somebody parts or joins by hand."""

    events: int
    fault_chance: float
    people: tuple[str, ...]
    hand_chance: float
    weights: dict[str, int]


def sources_plan_of(seed: int) -> SourcesPlan:
    """Decided before anything runs."""
    chooser = random.Random(f"plan of two servers of {seed}")
    if seed >= CLOSE_SEEDS:
        return SourcesPlan(chooser.randint(3, 6), 0.0, ("ann", "ann"), 0.0, dict(CLOSE_WEIGHTS))
    return SourcesPlan(
        events=chooser.randint(4, EVENTS_MAX),
        fault_chance=chooser.choice((0.0, 0.1, 0.25)),
        people=chooser.choice((("ann", "ann"), ("ann", "ann"), ("ann", "ann", "bob"), ("ann", "bob"))),
        hand_chance=chooser.choice((0.0, 0.0, 0.15)),
        weights={name: weight for name, weight in WEIGHTS.items() if chooser.random() < KEPT_SHARE} | {"nothing": 1},
    )
