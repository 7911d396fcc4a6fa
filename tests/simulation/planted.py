"""`python -m tests.simulation.planted`: switch faults on, one at a time; every one must be caught within 50 seeds.

    (nothing)          all of them
    --some N --turn T  N of them, others at each turn

A fault is a change to the text of one function, compiled in its module and put under the function that everybody holds
already; or to one statement. The product has no switch for any of it.
"""

import argparse
import importlib
import inspect
import os
import sys
import textwrap
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from tests.simulation.__main__ import say
from tests.simulation.fault import Fault
from tests.simulation.faults import FAULTS as FAULTS_OF_FEEDS
from tests.simulation.faults_of_addresses import FAULTS_OF_ADDRESSES
from tests.simulation.faults_of_downloads import FAULTS_OF_DOWNLOADS
from tests.simulation.faults_of_edits import FAULTS_OF_EDITS
from tests.simulation.faults_of_live import FAULTS_OF_LIVE
from tests.simulation.faults_of_sources import FAULTS_OF_SOURCES
from tests.simulation.running import Failed
from tests.simulation.templates import templates
from tests.simulation.worlds import WORLDS

SEEDS_MAX = 50
# By the kind of worlds that has to notice them.
FAULTS_OF_WORLDS = {
    "one": (*FAULTS_OF_FEEDS, *FAULTS_OF_EDITS),
    "two": FAULTS_OF_SOURCES,
    "live": FAULTS_OF_LIVE,
    "addresses": FAULTS_OF_ADDRESSES,
    "downloads": FAULTS_OF_DOWNLOADS,
}
FAULTS = tuple(fault for faults in FAULTS_OF_WORLDS.values() for fault in faults)


class Unplantable(Exception):
    """The text that the fault changes is not there (any more): the fault must follow the product."""


@dataclass(frozen=True)
class Verdict:
    """`seed` caught it, by what `said` says; None: nothing did."""

    fault: Fault
    seed: int | None
    said: str


@contextmanager
def planted(fault: Fault) -> Generator[None, None, None]:
    """The product with this fault in it."""
    with ExitStack() as stack:
        for change in (fault, *fault.also):
            stack.enter_context(_planted(change))
        yield


@contextmanager
def _planted(fault: Fault) -> Generator[None, None, None]:
    module = importlib.import_module(fault.module)
    target = _target(module, fault.place)
    if isinstance(target, str):
        setattr(module, fault.place, _changed(target, fault))
        try:
            yield
        finally:
            setattr(module, fault.place, target)
        return
    sound = target.__code__
    target.__code__ = _compiled(target, module, fault)
    try:
        yield
    finally:
        target.__code__ = sound


def _target(module: ModuleType, place: str) -> Any:
    found: Any = module
    for name in place.split("."):
        found = getattr(found, name)
    return inspect.unwrap(found) if callable(found) else found


def _changed(text: str, fault: Fault) -> str:
    if text.count(fault.old) != 1:
        raise Unplantable(
            f"{fault.name}: {fault.module}.{fault.place} holds {text.count(fault.old)} times {fault.old!r}"
        )
    return text.replace(fault.old, fault.new)


def _compiled(function: FunctionType, module: ModuleType, fault: Fault) -> Any:
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    while lines[0].startswith("@"):
        lines.pop(0)
    source = _changed(textwrap.dedent("\n".join(lines)), _dedented(fault, function))
    names: dict[str, Any] = dict(vars(module))
    exec(compile(source, f"<{fault.name}>", "exec"), names)
    return names[function.__name__].__code__


def _dedented(fault: Fault, function: FunctionType) -> Fault:
    """A method's text stands four columns further left once it is alone."""
    if "." not in function.__qualname__:
        return fault
    return Fault(fault.name, fault.module, fault.place, _left(fault.old), _left(fault.new))


def _left(text: str) -> str:
    return "\n".join(line.removeprefix("    ") if line.startswith("     ") else line for line in text.split("\n"))


def judge(fault: Fault) -> Verdict:
    """Run worlds until one of them notices."""
    templates()
    (run,) = (WORLDS[kind] for kind, faults in FAULTS_OF_WORLDS.items() if fault in faults)
    try:
        with planted(fault):
            for seed in range(fault.first_seed, fault.first_seed + SEEDS_MAX):
                try:
                    run(seed)
                except Failed as caught:
                    return Verdict(fault, seed, str(caught).splitlines()[0])
    except Unplantable as error:
        return Verdict(fault, None, str(error))
    return Verdict(fault, None, "nothing noticed")


def chosen(count: int | None, turn: int) -> list[Fault]:
    """All, or `count` of them, which move on with every turn."""
    if count is None:
        return list(FAULTS)
    first = turn * count % len(FAULTS)
    return [*FAULTS, *FAULTS][first : first + count]


def main() -> int:
    """The exit code: 0 when every fault was caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.planted")
    parser.add_argument("--some", type=int)
    parser.add_argument("--turn", type=int, default=0)
    asked = parser.parse_args()
    survivors = 0
    templates()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for verdict in pool.map(judge, chosen(asked.some, asked.turn)):
            survivors += verdict.seed is None
            say(f"{'SURVIVED' if verdict.seed is None else 'caught  '} {verdict.fault.name}: {verdict.said[:140]}")
    say(f"{survivors} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
