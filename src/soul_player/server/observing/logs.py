"""The log: a line an event on stderr, as text for people or as JSON for programs."""

import json
import logging
import sys
from typing import Any, TextIO

from soul_player.protocol.times import time_text
from soul_player.server.observing.seen import SEEN

# What a record may carry beside its message: `log.info("...", extra={FIELDS: {...}})`.
FIELDS = "soul_player_fields"
# uvicorn tells the address of every socket at this level, the query included.
_UVICORN_LEVEL = logging.WARNING


def set_up_logs(level: str, form: str, *, worker: int | None = None, stream: TextIO | None = None) -> None:
    """For the whole process. `worker`: its number, where there are several."""
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonLines(worker) if form == "json" else TextLines(worker))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).setLevel(max(_UVICORN_LEVEL, logging.root.level))


class JsonLines(logging.Formatter):
    """One object a line; `time`, `level`, `logger` and `message` are always there."""

    def __init__(self, worker: int | None = None) -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        """Whatever is not text, a number or a truth is told as text."""
        told: dict[str, Any] = {
            "time": time_text(int(record.created * 1000)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **fields_of(record, self._worker),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str)


class TextLines(logging.Formatter):
    """`2026-01-31T10:00:00.000Z INFO message key=value`. A record is one line, unless a traceback follows."""

    def __init__(self, worker: int | None = None) -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        """Control characters of a message are shown, not sent to the terminal."""
        fields = "".join(f" {name}={_word(value)}" for name, value in fields_of(record, self._worker).items())
        message = _printable(record.getMessage())
        line = f"{time_text(int(record.created * 1000))} {record.levelname} {message}{fields}"
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def fields_of(record: logging.LogRecord, worker: int | None) -> dict[str, object]:
    """The record's own, and what is known of the request that it was made in."""
    fields: dict[str, object] = {} if worker is None else {"worker": worker}
    seen = SEEN.get()
    if seen is not None:
        fields["request_id"] = seen.request_id
    own: dict[str, object] = getattr(record, FIELDS, {})
    return {**fields, **{name: value for name, value in own.items() if value is not None}}


def _word(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if not text or set(text) & set(' "=') else _printable(text)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
