"""Bytes <-> messages: the only JSON of the protocol. Unknown fields are ignored, wrong shapes refused."""

from typing import TypeVar

import msgspec

Message = TypeVar("Message", bound=msgspec.Struct)

_encoder = msgspec.json.Encoder()
_decoders: dict[type[msgspec.Struct], msgspec.json.Decoder[msgspec.Struct]] = {}


class NotJson(ValueError):
    """The bytes are no JSON at all (a server answers 400)."""


class WrongShape(ValueError):
    """The bytes are JSON, but not of the shape that was asked for (a server answers 422)."""


def encode(message: msgspec.Struct) -> bytes:
    """One message as JSON."""
    return _encoder.encode(message)


def decode(body: bytes, kind: type[Message]) -> Message:
    """One message of `kind`. Raises `NotJson` or `WrongShape`, whose text names the field."""
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind)
    try:
        message = decoder.decode(body)
    except msgspec.ValidationError as error:
        raise WrongShape(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotJson(str(error)) from error
    assert isinstance(message, kind)
    return message
