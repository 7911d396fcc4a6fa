"""`/api/identity`: the running process proves that it wrote `run.json`, before anybody sends it the token."""

from typing import Annotated

import msgspec

from soul_player import __version__
from soul_player.ui.api.answers import Answer, message_answer
from soul_player.ui.api.calls import Call
from soul_player.ui.proof import proof_of


class IdentityQuery(msgspec.Struct, frozen=True):
    """`nonce`: random, and never used before."""

    nonce: Annotated[str, msgspec.Meta(min_length=16, max_length=128)]


class Identity(msgspec.Struct, frozen=True):
    """`proof`: what only who knows the token can say to this nonce at this address."""

    program: str
    version: str
    proof: str


class IdentityRoutes:
    """Answers to whoever asks: the answer tells nothing of the token."""

    def __init__(self, token: str, url: str) -> None:
        self._token = token
        self._url = url

    async def identity(self, call: Call) -> Answer:
        """Prove that this process wrote run.json, before the token is sent to it."""
        asked = call.query(IdentityQuery)
        return message_answer(Identity("soul", __version__, proof_of(self._token, self._url, asked.nonce)))
