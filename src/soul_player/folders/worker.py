"""A worker process: requests come in on standard input, replies go out on standard output, each behind its length.

Files from strangers are parsed here, so that a crash or a hang costs one process and one file, not the server.
"""

import gc
import os
import resource
import sys
from typing import BinaryIO

import msgspec

from soul_player.folders.messages import Request
from soul_player.folders.read import perform

LENGTH_BYTES = 4
# A parser that believes a file's lies about its size must not take the machine with it.
_MEMORY_BYTES_MAX = 4 << 30
_NICENESS = 5
# Tags are small objects made by the thousand: looking for garbage among them is a twentieth of the work.
_OBJECTS_PER_COLLECTION = 20_000


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer until the requests end: the program that started this process has gone, or wants it to go."""
    decoder = msgspec.msgpack.Decoder(Request)
    encoder = msgspec.msgpack.Encoder()
    while True:
        length = requests.read(LENGTH_BYTES)
        if len(length) < LENGTH_BYTES:
            return
        reply = encoder.encode(perform(decoder.decode(requests.read(int.from_bytes(length, "big")))))
        replies.write(len(reply).to_bytes(LENGTH_BYTES, "big"))
        replies.write(reply)
        replies.flush()


def main() -> None:
    """Run as `python -m soul_player.folders.worker`."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES_MAX, _MEMORY_BYTES_MAX))
    # Whoever listens to music comes before who is looking for more of it.
    os.nice(_NICENESS)
    gc.freeze()
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    # Whatever a library prints must not get between the replies.
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, replies)


if __name__ == "__main__":
    main()
