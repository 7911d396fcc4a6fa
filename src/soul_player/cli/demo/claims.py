"""What the demo says, and whether it held: a claim that does not hold ends the demo with exit code 1."""

import os
import sys
from collections.abc import Sequence

from soul_player.cli.exit_codes import CommandFailed
from soul_player.cli.output import Output, printable

_BOLD, _GREEN, _DIM = "1", "32", "2"


class Claims:
    """Prints the steps of the demo and counts the claims that held."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._has_colours = sys.stdout.isatty() and not output.is_json and "NO_COLOR" not in os.environ
        self.held = 0

    def step(self, title: str) -> None:
        """A heading."""
        self._output.record({"event": "step", "title": title})
        self._output.result()
        self._output.result(self._in(_BOLD, title), has_colours=True)

    def tell(self, lines: Sequence[str]) -> None:
        """What is there to see."""
        for line in lines:
            self._output.result(f"    {line}")

    def held_that(self, claim: str, *, seen: object, expected: object) -> None:
        """The claim is told once it is known to hold; else the demo ends here, and says what it saw."""
        if seen != expected:
            raise CommandFailed(
                "claim_failed", f"it does not hold that {claim}: expected {expected!r}, saw {seen!r}",
                hint="this is a fault of the program: please report it with these lines",
            )  # fmt: skip
        self.held += 1
        self._output.record({"event": "claim", "claim": claim})
        self._output.result(f"  {self._in(_GREEN, '✓')} {printable(claim)}", has_colours=True)

    def dim(self, line: str) -> None:
        """Beside the point."""
        self._output.result(f"    {self._in(_DIM, printable(line))}", has_colours=True)

    def _in(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._has_colours else text
