"""What a planted fault is: a change to the text of one function or statement."""

from dataclasses import dataclass

CLIENT = "soul_player.client."
STORE = "soul_player.server.store."


@dataclass(frozen=True)
class Fault:
    """`place` in `module`, a function, a method (`Class.method`) or a constant of SQL, says `new` instead of `old`.

    `also`: changes that belong to it, where two places guard one thing.
    """

    name: str
    module: str
    place: str
    old: str
    new: str
    also: tuple["Fault", ...] = ()
    # Where the search for it begins: other seeds are other kinds of worlds.
    first_seed: int = 0
