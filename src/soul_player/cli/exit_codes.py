"""How a command ends: the closed list of exit codes, and the failure that carries one."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What scripts rely on."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    SIGN_IN_NEEDED = 4
    TEMPORARY = 5
    PARTLY_DONE = 6
    DECISION_NEEDED = 7
    INTERRUPTED = 130


class CommandFailed(Exception):
    """The command cannot do what was asked. `code` is for programs, `message` and `hint` for people."""

    def __init__(self, code: str, message: str, *, hint: str = "", exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.exit_code = exit_code
