"""What kind of world a seed stands for."""

import random
from dataclasses import dataclass, field

from tests.simulation.templates import USERS

DEVICES_MAX = 4


@dataclass
class Plan:
    """What kind of world a seed stands for: each lets other things happen, so that each goes deep."""

    devices: int
    tracks: int
    events: int
    fault_chance: float
    # Messages that arrive long after they were given up.
    has_late: bool
    # How often somebody edits before a sync; 0: nobody does.
    edit_chance: float
    users: tuple[str, ...]
    weights: dict[str, int] = field(default_factory=dict)


# How often each event comes, when a world has it at all.
EVENTS = {
    "scan": 14,
    "mass_deletion": 1,
    "server_loses_power": 3,
    "server_restarts": 2,
    "device_loses_power": 5,
    "device_restarts": 2,
    "sync_is_cancelled": 2,
    "wire_changes": 6,
    "backup": 2,
    "restore": 2,
    "days_pass": 2,
    "clock_jumps": 2,
    "device_disk_full": 1,
    "server_disk_full": 1,
    "home_is_copied": 2,
    "home_is_restored": 3,
    "home_runs_twice": 2,
    "another_signs_in": 2,
    "server_clock_jumps": 1,
    "older_edit_comes_later": 4,
    "restore_takes_what_two_made": 2,
    "deletion_meets_an_edit": 3,
}
ALWAYS = frozenset(("scan",))


# Worlds from this seed on dwell on what two devices of one user do to each other over a bad line.
CLOSE_SEEDS = 1_000_000
CLOSE_EVENTS = {
    "scan": 2,
    "older_edit_comes_later": 2,
    "restore_takes_what_two_made": 5,
    "deletion_meets_an_edit": 3,
    "another_signs_in": 1,
    "home_runs_twice": 1,
    "sync_is_cancelled": 1,
}


def plan_of(seed: int) -> Plan:
    """Decided before anything runs."""
    chooser = random.Random(f"plan of {seed}")
    if seed >= CLOSE_SEEDS:
        return Plan(
            devices=2,
            tracks=8,
            events=chooser.randint(8, 20),
            fault_chance=chooser.choice((0.0, 0.1, 0.3)),
            has_late=False,
            edit_chance=1.0,
            users=(USERS[0],) * DEVICES_MAX,
            weights={name: weight for name, weight in CLOSE_EVENTS.items() if chooser.random() < 0.75} | {"scan": 1},
        )
    kept = {name: weight for name, weight in EVENTS.items() if name in ALWAYS or chooser.random() < 0.55}
    return Plan(
        devices=chooser.choice((1, 2, 2, 3)),
        tracks=chooser.choice((0, 5, 20, 60, 120)),
        events=chooser.randint(10, 40),
        fault_chance=chooser.choice((0.0, 0.05, 0.15, 0.4)),
        has_late=chooser.random() < 0.5,
        edit_chance=chooser.choice((0.0, 0.5, 1.0, 1.0)),
        users=tuple(chooser.choice((USERS[0], USERS[0], USERS[1])) for _ in range(DEVICES_MAX)),
        weights=kept,
    )
