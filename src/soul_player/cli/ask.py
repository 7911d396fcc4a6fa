"""What a command asks a person: a secret, or a yes. Without a terminal it fails and names the flag."""

import sys

from soul_player.cli.exit_codes import CommandFailed, ExitCode

SECRET_BYTES_MAX = 4096


def secret(prompt: str, *, from_stdin: bool, twice: bool = False) -> str:
    """A password from the first line of stdin, or by a prompt that does not show it. Never from the arguments."""
    if from_stdin:
        line = sys.stdin.buffer.readline(SECRET_BYTES_MAX + 2)
        return _checked(_decoded(line).removesuffix("\n").removesuffix("\r"))
    if not sys.stdin.isatty():
        raise CommandFailed(
            "no_terminal", f"{prompt} cannot be asked for: there is no terminal", exit_code=ExitCode.USAGE,
            hint="give it on stdin with --password-stdin",
        )  # fmt: skip
    import getpass  # noqa: PLC0415  # only when there is someone to ask

    try:
        answer = getpass.getpass(f"{prompt}: ")
        if twice and getpass.getpass(f"{prompt}, once more: ") != answer:
            raise CommandFailed("no_match", "the two do not match; nothing was changed")
    except EOFError as error:
        # Ctrl-D.
        raise CommandFailed("no_answer", "no password was given; nothing was changed") from error
    return _checked(answer)


def confirmed(question: str, *, yes: bool, flag: str = "--yes") -> bool:
    """Whether a person says yes. `yes`: it was said on the command line."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise CommandFailed(
            "no_terminal", f"{question} There is no terminal to ask at", exit_code=ExitCode.USAGE,
            hint=f"say yes with {flag}",
        )  # fmt: skip
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _decoded(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise CommandFailed("bad_secret", "what came on stdin is not UTF-8", exit_code=ExitCode.USAGE) from error


def _checked(text: str) -> str:
    if not text:
        raise CommandFailed("empty_secret", "the password is empty", exit_code=ExitCode.USAGE)
    if len(text.encode()) > SECRET_BYTES_MAX:
        raise CommandFailed("long_secret", f"a password has at most {SECRET_BYTES_MAX} bytes", exit_code=ExitCode.USAGE)
    return text
