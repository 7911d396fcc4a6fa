"""SQL of the question that is asked when another server answers at the address of a known one."""

import json

from soul_player.client.errors import ServerChanged
from soul_player.client.library.model import QuestionKind, Source, SourceId
from soul_player.database.access import Reader, Writer

# Once for each server that answers there: neither while it is open nor after it was answered.
ASK = """
    INSERT INTO questions (kind, source_id, subject, evidence, asked_at)
    SELECT :kind, id, :subject, :evidence, :asked_at
      FROM sources
     WHERE id = :source_id
       AND NOT EXISTS (SELECT 1
                         FROM questions
                        WHERE kind = :kind
                          AND source_id = :source_id
                          AND subject = :subject)
"""

# The known one answers again, or yet another: what was asked about the others means nothing now.
CLOSE_OTHERS = """
    DELETE FROM questions
     WHERE kind = :kind
       AND source_id = :source_id
       AND subject <> :subject
       AND answer IS NULL
"""

OPEN = """
    SELECT source_id
      FROM questions
     WHERE kind = :kind
       AND answer IS NULL
"""


async def ask_about_server(library: Writer, source: Source, changed: ServerChanged, *, now_ms: int) -> None:
    """Write the question down, unless it was asked before."""
    await close_server_questions(library, source.id, but=changed.server_id)
    await library.run(
        ASK,
        kind=QuestionKind.SERVER_CHANGED.value,
        source_id=source.id,
        subject=changed.server_id,
        evidence=json.dumps({"server_id": changed.server_id, "name": changed.name, "url": changed.url or source.url}),
        asked_at=now_ms,
    )


async def close_server_questions(library: Writer, source_id: SourceId, *, but: str | None = None) -> None:
    """What waits about servers that answer there no longer."""
    await library.run(CLOSE_OTHERS, kind=QuestionKind.SERVER_CHANGED.value, source_id=source_id, subject=but or "-")


async def asked_about(library: Reader) -> frozenset[SourceId]:
    """The sources of which nobody has said yet what the server is that answers in their place."""
    rows = await library.all(OPEN, kind=QuestionKind.SERVER_CHANGED.value)
    return frozenset(SourceId(row[0]) for row in rows)
