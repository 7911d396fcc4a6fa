-- What is kept on this device, why, and what is still to be fetched.

-- Copies -------------------------------------------------------------------------------------------------------------

-- One row a file in the home that is whole, verified and durable. Its name is its own sha256, so one copy serves
-- every source and every playlist, whatever becomes of addresses, ids and tags.
CREATE TABLE copies (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256        BLOB NOT NULL UNIQUE,
    size_bytes    INTEGER NOT NULL,
    content_type  TEXT NOT NULL,
    quality       TEXT NOT NULL,
    -- Of the original that it is, or was made of.
    file_hash     TEXT,
    audio_hash    TEXT,
    stored_at     INTEGER NOT NULL,
    used_at       INTEGER NOT NULL,
    -- When its bytes were last read and found to be right.
    verified_at   INTEGER NOT NULL
);

CREATE INDEX copies_by_file_hash ON copies (file_hash) WHERE file_hash IS NOT NULL;
CREATE INDEX copies_by_audio_hash ON copies (audio_hash) WHERE audio_hash IS NOT NULL;
CREATE INDEX copies_by_verified ON copies (verified_at);

-- The copy that serves an entry; its `path` is then the file of that copy.
ALTER TABLE track_sources ADD COLUMN copy_id INTEGER;
CREATE INDEX track_sources_by_copy ON track_sources (copy_id) WHERE copy_id IS NOT NULL;

-- One of the indexes of client/library/indexes.py is new: it is built at the next start.
INSERT OR REPLACE INTO notes (name, value) VALUES ('indexes_owed', '1');

-- Why something is kept ----------------------------------------------------------------------------------------------

-- `asked`: a person asked for these tracks, and nothing but a person lets them go. The others are automatic.
CREATE TABLE rules (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    kind          TEXT NOT NULL CHECK (kind IN ('asked', 'built_in', 'own')),
    name          TEXT NOT NULL COLLATE NOCASE,
    query         TEXT NOT NULL,
    -- Looked at again after each sync; else it holds what it found when it was made.
    is_live       INTEGER NOT NULL,
    weight        INTEGER NOT NULL,
    budget_bytes  INTEGER,
    added_at      INTEGER NOT NULL
);

CREATE UNIQUE INDEX rules_by_name ON rules (name) WHERE kind <> 'asked';
CREATE UNIQUE INDEX rules_asked ON rules (query) WHERE kind = 'asked';

INSERT INTO rules (kind, name, query, is_live, weight, budget_bytes, added_at)
VALUES ('built_in', 'recently played', 'played:-7d', 1, 50, 2000000000, 0),
       ('built_in', 'high play count', 'plays:>5', 1, 100, 4000000000, 0),
       ('built_in', 'playlists', '^playlist:""', 1, 75, 4000000000, 0);

-- `copy_id`: what was fetched for it. It names the content, so it stays when recordings are merged, split or renamed.
CREATE TABLE keeps (
    rule_id   INTEGER NOT NULL REFERENCES rules (id) ON DELETE CASCADE,
    track_id  INTEGER NOT NULL,
    copy_id   INTEGER,
    PRIMARY KEY (rule_id, track_id)
) WITHOUT ROWID;

CREATE INDEX keeps_by_track ON keeps (track_id);
CREATE INDEX keeps_by_copy ON keeps (copy_id) WHERE copy_id IS NOT NULL;

-- The queue ----------------------------------------------------------------------------------------------------------

CREATE TABLE download_tasks (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    track_id         INTEGER NOT NULL UNIQUE,
    quality          TEXT NOT NULL,
    priority         INTEGER NOT NULL,
    -- The order within a priority.
    place            INTEGER NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'active', 'paused', 'failed')),
    -- Why it does not start now, and from when on it may.
    waits_for        TEXT,
    waits_source_id  INTEGER,
    not_before       INTEGER NOT NULL DEFAULT 0,
    -- Where it comes from, or came from last.
    source_id        INTEGER,
    bytes_done       INTEGER NOT NULL DEFAULT 0,
    bytes_total      INTEGER,
    -- How much of it was there when it last went on.
    resumed_bytes    INTEGER NOT NULL DEFAULT 0,
    attempts         INTEGER NOT NULL DEFAULT 0,
    error_code       TEXT,
    error            TEXT,
    added_at         INTEGER NOT NULL
);

CREATE INDEX download_tasks_in_order ON download_tasks (state, priority DESC, place, id);
CREATE INDEX download_tasks_by_source ON download_tasks (waits_source_id) WHERE waits_source_id IS NOT NULL;

-- Pictures -----------------------------------------------------------------------------------------------------------

-- One row a picture file that is whole and durable, by the id that its sources give it.
CREATE TABLE pictures (
    artwork_id    TEXT PRIMARY KEY,
    sha256        BLOB NOT NULL,
    size_bytes    INTEGER NOT NULL,
    content_type  TEXT NOT NULL,
    used_at       INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX pictures_by_use ON pictures (used_at);
