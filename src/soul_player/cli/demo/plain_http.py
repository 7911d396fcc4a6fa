"""The server's API as any other program would use it: plain HTTP, none of our client's code."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """Status, headers (by their names in small letters) and body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401  # whatever JSON holds
        """The body read as JSON."""
        return json.loads(self.body)


def ask(
    url: str, *, method: str = "GET", token: str = "", body: object = None, headers: dict[str, str] | None = None
) -> Answer:
    """One request, answered; an error's status is an answer too."""
    sent = dict(headers or {})
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if body is not None:
        sent["Content-Type"] = "application/json"
    encoded = None if body is None else json.dumps(body).encode()
    # The address is the one our own server printed: http on loopback.
    request = urllib.request.Request(url, data=encoded, headers=sent, method=method)  # noqa: S310  # see above
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=ANSWER_SECONDS) as answer:
            return Answer(answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, {name.lower(): value for name, value in error.headers.items()}, error.read())
