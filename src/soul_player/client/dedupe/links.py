"""SQL of links: two recordings become one and, from the same row, two again."""

import json
from dataclasses import dataclass

from soul_player.client.dedupe.asking import columns_of, withdraw, withdraw_within
from soul_player.client.dedupe.evidence import Evidence, Method, Veto
from soul_player.client.dedupe.history import alone, retell
from soul_player.client.dedupe.references import move_references, return_references
from soul_player.client.library.tracks import SHOW_WORDS, refresh_statuses, show_best
from soul_player.database.access import Reader, Row, Writer

ENTRIES_OF = """
    SELECT id
      FROM track_sources
     WHERE track_id = :track_id
     ORDER BY id
"""

MOVE_ENTRIES = """
    UPDATE track_sources
       SET track_id = :track_id
     WHERE id IN (SELECT value FROM json_each(:ids))
"""

READ_TRACK = """
    SELECT shown_source_id, status, title, artist, album, album_artist, genres, year, disc_number, track_number,
           duration_seconds, added_at
      FROM tracks
     WHERE id = :track_id
"""

ADD_TRACK = """
    INSERT INTO tracks (id, shown_source_id, status, title, artist, album, album_artist, genres, year, disc_number,
                        track_number, duration_seconds, added_at)
    VALUES (:id, :shown_source_id, :status, :title, :artist, :album, :album_artist, :genres, :year, :disc_number,
            :track_number, :duration_seconds, :added_at)
"""

REMOVE_TRACK = """
    DELETE FROM tracks
     WHERE id = :track_id
"""

REMOVE_WORDS = """
    DELETE FROM track_words
     WHERE rowid = (SELECT id FROM tracks WHERE id = :track_id)
"""

ADD_WORDS = """
    INSERT INTO track_words (rowid, title, artist, album, album_artist, genres)
    SELECT id, title, artist, album, album_artist, genres
      FROM track_texts
     WHERE id = :track_id
"""

ADD_LINK = """
    INSERT INTO links (entry_id, other_entry_id, track_id, former_track_id, method, score, fingerprint, vetoes, former,
                       linked_at)
    VALUES (:entry_id, :other_entry_id, :track_id, :former_track_id, :method, :score, :fingerprint, :vetoes, :former,
            :linked_at)
    RETURNING id
"""

LINKS_OF_TRACK = """
    SELECT id, entry_id, other_entry_id, track_id, former_track_id, method, score, fingerprint, vetoes, former,
           linked_at
      FROM links
     WHERE track_id = :track_id
     ORDER BY id
"""

READ_LINK = """
    SELECT id, entry_id, other_entry_id, track_id, former_track_id, method, score, fingerprint, vetoes, former,
           linked_at
      FROM links
     WHERE id = :link_id
"""

# The links inside the recording that goes follow its entries.
MOVE_LINKS = """
    UPDATE links
       SET track_id = :track_id
     WHERE id IN (SELECT value FROM json_each(:ids))
"""

# A join that stays, as it would have been without the one that is taken back.
TELL_ANEW = """
    UPDATE links
       SET track_id = :track_id, former_track_id = :former_track_id, former = :former
     WHERE id = :link_id
"""

REMOVE_LINK = """
    DELETE FROM links
     WHERE id = :link_id
"""


class NoSuchLink(LookupError):
    """It was taken back already, or never was."""


@dataclass(frozen=True)
class Link:
    """Why two recordings are one. `track_id` holds them now, `former_track_id` came in."""

    id: int
    entry_id: int
    other_entry_id: int
    track_id: int
    former_track_id: int
    evidence: Evidence
    linked_at_ms: int


async def join(
    library: Writer, track_id: int, former_track_id: int, *, entries: tuple[int, int], evidence: Evidence, now_ms: int
) -> int:
    """The former recording's entries move to the other. `entries`: one of each, the former's first. The link's id."""
    assert track_id != former_track_id, track_id
    former = await library.one(READ_TRACK, track_id=former_track_id)
    assert former is not None, former_track_id
    moved = [row[0] for row in await library.all(ENTRIES_OF, track_id=former_track_id)]
    inner = [row[0] for row in await library.all(LINKS_OF_TRACK, track_id=former_track_id)]
    await library.run(REMOVE_WORDS, track_id=former_track_id)
    await library.run(REMOVE_TRACK, track_id=former_track_id)
    await library.run(MOVE_ENTRIES, track_id=track_id, ids=json.dumps(moved))
    if inner:
        await library.run(MOVE_LINKS, track_id=track_id, ids=json.dumps(inner))
    await show_best(library, track_id)
    await refresh_statuses(library, [track_id])
    await withdraw(library, (entries[0],))
    await withdraw_within(library, track_id)
    row = await library.one(
        ADD_LINK,
        entry_id=entries[0],
        other_entry_id=entries[1],
        track_id=track_id,
        former_track_id=former_track_id,
        former=json.dumps(former),
        linked_at=now_ms,
        **columns_of(evidence),
    )
    assert row is not None
    link_id = int(row[0])
    await move_references(library, link_id, former_track_id=former_track_id, track_id=track_id)
    return link_id


async def split(library: Writer, link_id: int) -> int:
    """Take a link back, whichever were made since: the id of the recording that its entry has now.

    The joins that stay are told anew without it, so that each recording, and what is the user's, is what it would be
    had they never been one.
    """
    row = await library.one(READ_LINK, link_id=link_id)
    if row is None:
        raise NoSuchLink(f"no link has the id {link_id}")
    link = _link(row)
    rows = await library.all(LINKS_OF_TRACK, track_id=link.track_id)
    links = [_link(one) for one in rows]
    snapshots = {one[4]: one[9] for one in rows}
    others = [one for one in links if one.id != link_id]
    steps, groups = retell(alone(link.track_id, links), others)
    parted, stayed = groups[link.entry_id], groups[link.other_entry_id]
    leaving = parted if parted.track_id != link.track_id else stayed
    assert leaving.track_id in snapshots, (link, leaving)
    await library.run(REMOVE_WORDS, track_id=link.track_id)
    await library.run(MOVE_ENTRIES, track_id=leaving.track_id, ids=json.dumps(sorted(leaving.entries)))
    former = dict(zip(_TRACK_COLUMNS, json.loads(snapshots[leaving.track_id]), strict=True))
    await library.run(ADD_TRACK, id=leaving.track_id, **former)
    now_in = {one.id: groups[one.entry_id].track_id for one in others}
    told = [(now_in[step.link_id], step.former_track_id, snapshots[step.former_track_id], step.link_id)
            for step in steps]  # fmt: skip
    await library.run_many(TELL_ANEW, told)
    for track_id in (link.track_id, leaving.track_id):
        await library.run(SHOW_WORDS, track_id=track_id)
        await refresh_statuses(library, [track_id])
        await library.run(ADD_WORDS, track_id=track_id)
    await return_references(library, links, steps, leaving)
    await library.run(REMOVE_LINK, link_id=link_id)
    return parted.track_id


async def links_of(library: Reader, track_id: int) -> list[Link]:
    """Every link inside a recording, the oldest first."""
    return [_link(row) for row in await library.all(LINKS_OF_TRACK, track_id=track_id)]


_TRACK_COLUMNS = (
    "shown_source_id", "status", "title", "artist", "album", "album_artist", "genres", "year", "disc_number",
    "track_number", "duration_seconds", "added_at",
)  # fmt: skip


def _link(row: Row) -> Link:
    vetoes = tuple(Veto(veto) for veto in row[8].split())
    return Link(row[0], row[1], row[2], row[3], row[4], Evidence(Method(row[5]), row[6], vetoes, row[7]), row[10])
