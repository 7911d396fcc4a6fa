"""A real connection on which answers get lost, or come as errors, when a test says so."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from soul_player.client.errors import ConnectionLost
from soul_player.client.sources.http_transport import HttpTransport
from soul_player.client.sources.symptoms import Answer
from soul_player.client.sources.transport import Request


class Fault(StrEnum):
    """What happens to a request. `LOST_ANSWER`: the server did what was asked, and nobody hears of it."""

    LOST_REQUEST = "lost_request"
    LOST_ANSWER = "lost_answer"
    FAILED = "failed"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    UNPROCESSABLE = "unprocessable"
    MISMATCHED = "mismatched"
    LIMITED = "limited"
    BUSY = "busy"
    FULL = "full"
    NOT_THERE = "not_there"


# What is answered in place of the server.
ANSWERS: dict[Fault, tuple[int, str]] = {
    Fault.FAILED: (500, "internal"),
    Fault.TOO_LARGE: (413, "too_large"),
    Fault.REFUSED: (403, "admin_only"),
    Fault.UNPROCESSABLE: (422, "invalid"),
    Fault.MISMATCHED: (422, "device_mismatch"),
    Fault.LIMITED: (429, "too_many_attempts"),
    Fault.BUSY: (503, "not_ready"),
    Fault.FULL: (507, "internal"),
    Fault.NOT_THERE: (404, "not_found"),
}


# Asked before each request.
Weather = Callable[[Request], Fault | None]


class FaultyTransport(HttpTransport):
    """Everything but the faults is real."""

    def __init__(self, *arguments: Any, weather: Weather, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._weather = weather

    async def ask(self, request: Request, *, bytes_max: int) -> Answer:
        """The whole answer, unless it is lost."""
        match self._weather(request):
            case Fault.LOST_REQUEST:
                raise ConnectionLost("the connection was lost")
            case Fault.LOST_ANSWER:
                await super().ask(request, bytes_max=bytes_max)
                raise ConnectionLost("the connection was lost")
            case None:
                return await super().ask(request, bytes_max=bytes_max)
            case fault:
                return problem(*ANSWERS[fault])


def problem(status: int, code: str) -> Answer:
    """As the server would say it."""
    body = json.dumps({"title": code, "status": status, "code": code}).encode()
    return Answer(status, "application/problem+json", body)
