"""The password of the first admin, written beside the database where no terminal could show it."""

import os
from pathlib import Path

FILE_NAME = "first-password"


class FirstPassword:
    """`first-password` in the home: readable by its owner only, deleted at the first sign-in."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE_NAME
        self._may_be_there = True

    def write(self, password: str) -> Path:
        """Where it is now."""
        self.path.unlink(missing_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password + "\n")
        self._may_be_there = True
        return self.path

    def forget(self) -> None:
        """Somebody signed in: the file has done its work. Looks at the disk once in a process's life."""
        if self._may_be_there:
            self._may_be_there = False
            self.path.unlink(missing_ok=True)
