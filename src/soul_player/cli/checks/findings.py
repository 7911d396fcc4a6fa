"""What a check found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is. A warning is a feature that is off, a problem is something that will fail."""

    GOOD = "good"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's. `fix` is empty when there is nothing to do."""

    check: str
    verdict: Verdict
    result: str
    fix: str = ""

    def record(self) -> dict[str, str]:
        """For programs."""
        return {"check": self.check, "verdict": self.verdict.value, "result": self.result, "fix": self.fix}


def good(check: str, result: str) -> Finding:
    """Nothing to do."""
    return Finding(check, Verdict.GOOD, result)


def warning(check: str, result: str, *, fix: str) -> Finding:
    """Something is off, and all else works."""
    return Finding(check, Verdict.WARNING, result, fix)


def problem(check: str, result: str, *, fix: str) -> Finding:
    """Something will fail."""
    return Finding(check, Verdict.PROBLEM, result, fix)
