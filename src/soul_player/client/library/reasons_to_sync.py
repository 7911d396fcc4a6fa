"""What a timer looks at many times a minute: edits that wait, and how far the feeds of a source were read."""

from soul_player.client.library.model import SourceId
from soul_player.database.access import Reader
from soul_player.protocol.cursor import Feed

# By the index from each source's side: the queue of settled edits is never read.
NEWEST_EDITS = """
    SELECT id, (SELECT MAX(n)
                  FROM sync_queue
                 WHERE source_id = sources.id AND account_id = sources.account_id AND state = 'waiting')
      FROM sources
"""

HEADS = """
    SELECT feed, head
      FROM sync_state
     WHERE source_id = :source_id
"""


async def newest_edits(library: Reader) -> dict[SourceId, int]:
    """The number of the last edit that waits, by source; 0: none does."""
    return {SourceId(row[0]): row[1] or 0 for row in await library.all(NEWEST_EDITS)}


async def known_heads(library: Reader, source_id: SourceId, *, is_library: bool) -> list[int | None]:
    """How far each feed of the library, or of the user, was read. None: not to its end."""
    rows = await library.all(HEADS, source_id=source_id)
    return [head for feed, head in rows if (feed == Feed.TRACKS) == is_library]
