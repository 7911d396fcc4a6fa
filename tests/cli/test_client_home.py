"""Every error of the client has an exit code that a script can act on."""

import pytest

from soul_player.cli.client_home import client_failures, exit_code_of, exit_code_of_code
from soul_player.cli.exit_codes import CommandFailed, ExitCode
from soul_player.client import ClientError


def every_error(kind: type[ClientError] = ClientError) -> list[type[ClientError]]:
    """The closed tree."""
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in every_error(child))]


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("offline", ExitCode.TEMPORARY), ("timeout", ExitCode.TEMPORARY), ("rate_limited", ExitCode.TEMPORARY),
        ("home_locked", ExitCode.TEMPORARY), ("sign_in_needed", ExitCode.SIGN_IN_NEEDED),
        ("invalid_credentials", ExitCode.SIGN_IN_NEEDED), ("source_not_found", ExitCode.NOT_FOUND),
        ("track_not_found", ExitCode.NOT_FOUND), ("config_invalid", ExitCode.USAGE), ("protocol", ExitCode.FAILED),
        ("certificate_changed", ExitCode.FAILED), ("no_such_code", ExitCode.FAILED),
    ],
)  # fmt: skip
def test_the_class_and_its_code_give_the_same_exit_code(code: str, exit_code: ExitCode) -> None:
    """A result keeps only the code of its error."""
    assert exit_code_of_code(code) is exit_code
    assert {exit_code_of(kind) for kind in every_error() if kind.code == code} <= {exit_code}


def test_no_two_errors_share_a_code() -> None:
    """Otherwise the code alone could not be mapped."""
    codes = [kind.code for kind in every_error() if "code" in vars(kind)]
    assert len(codes) == len(set(codes))
    assert len(codes) > 20


def test_an_error_of_the_client_becomes_a_failure_with_its_words() -> None:
    """Code, message and hint go through."""
    with pytest.raises(CommandFailed) as caught, client_failures():
        raise ClientError("it failed", hint="do this")
    failure = caught.value
    assert (failure.code, failure.message, failure.hint, failure.exit_code) == ("failed", "it failed", "do this", 1)
