"""What a person types -> the tracks that hold it, the best first."""

import re
import unicodedata
from collections.abc import Sequence

from soul_player.client.library.model import Condition
from soul_player.client.library.words import pattern
from soul_player.database.access import Reader, Value

FIND = """
    SELECT rowid
      FROM track_words
     WHERE track_words MATCH :page_words
       AND EXISTS (SELECT 1 FROM tracks WHERE tracks.id = track_words.rowid AND (/* condition */))
     ORDER BY rank, rowid
     LIMIT :page_limit
"""

COUNT = """
    SELECT COUNT(*)
      FROM track_words
     WHERE track_words MATCH :page_words
       AND EXISTS (SELECT 1 FROM tracks WHERE tracks.id = track_words.rowid AND (/* condition */))
"""

# First the titles that begin with it, then those that hold it.
FIND_INSIDE = """
    SELECT id
      FROM tracks
     WHERE (/* inside */)
       AND (/* condition */)
     ORDER BY CASE instr(lower(title), :page_typed) WHEN 1 THEN 0 WHEN 0 THEN 2 ELSE 1 END, id
     LIMIT :page_limit
"""

COUNT_INSIDE = """
    SELECT COUNT(*)
      FROM tracks
     WHERE (/* inside */)
       AND (/* condition */)
"""

AMONG_WORDS = """
    id IN (SELECT rowid FROM track_words WHERE track_words MATCH :page_words)
"""

# SQLite's own functions alone: a walk through 100,000 tracks takes a tenth of what `folded` takes, and these writings
# have no case and next to no accents.
NAMES = """
    lower(title || char(10) || coalesce(artist, '') || char(10) || coalesce(album, '') || char(10) ||
          coalesce(album_artist, ''))
"""
GENRES = "coalesce(genres, '')"

# Thai, Lao, Tibetan, Burmese, Khmer, kana, bopomofo, Han and Hangul: no spaces stand between their words, or not
# between all of them, so the index of words has whole sentences for words.
_WITHOUT_SPACES = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]"
)


def is_inside(word: str) -> bool:
    """Whether an index of words does not know it: its writing leaves no spaces, or it is a picture, as a heart is."""
    return _WITHOUT_SPACES.search(unicodedata.normalize("NFC", word)) is not None or any(
        unicodedata.category(sign) == "So" for sign in word
    )


async def find_typed(library: Reader, text: str, condition: Condition, *, count: int) -> tuple[int, list[int]]:
    """How many tracks hold every word (or its beginning), and the ids of so many of them."""
    inside = [word for word in text.split() if is_inside(word)]
    words = pattern(" ".join(word for word in text.split() if not is_inside(word)))
    where: dict[str, Value] = {**condition.values}
    if words is not None:
        where["page_words"] = words
    find, total, more = FIND, COUNT, {}
    if inside or words is None:
        # Signs that are no words are looked for when nothing else was typed: there is a song called ???.
        sql = _inside(inside or text.split(), where)
        if not sql:
            return 0, []
        if words is not None:
            sql = f"{sql} AND {AMONG_WORDS}"
        find, total = (statement.replace("/* inside */", sql) for statement in (FIND_INSIDE, COUNT_INSIDE))
        more = {"page_typed": text.strip().lower()}
    rows = await library.all(find.replace("/* condition */", condition.sql), page_limit=count, **more, **where)
    track_ids = [row[0] for row in rows]
    if len(track_ids) < count:
        return len(track_ids), track_ids
    row = await library.one(total.replace("/* condition */", condition.sql), **where)
    assert row is not None
    return int(row[0]), track_ids


def _inside(words: Sequence[str], where: dict[str, Value]) -> str:
    """Each word anywhere in a track's texts; its values are put into `where`. Empty: there are no words."""
    pieces: list[str] = []
    for number, word in enumerate(words):
        # File names of a Mac spell kana and Hangul in parts.
        spellings = {unicodedata.normalize(form, word.lower()) for form in ("NFC", "NFD")}
        # What is no letter may be of the list that genres are kept as.
        text = f"({NAMES} || {GENRES})" if is_inside(word) else NAMES
        names = [f"page_inside_{number}_{spelling}" for spelling in range(len(spellings))]
        where.update(zip(names, sorted(spellings), strict=True))
        pieces.append("(" + " OR ".join(f"instr({text}, :{name}) > 0" for name in names) + ")")
    return " AND ".join(pieces)
