-- What the user does on this device and on the others: playlists, favourites, ratings, plays. Three layers: the
-- server's rows as they came; the operations that no server has settled yet; and what is shown, which is the first
-- with the second on top. What is shown is written in the transaction of its cause.

-- The server's rows --------------------------------------------------------------------------------------------------

-- `run` is sync_state.run of the run that brought the row. Local edits never touch these.
CREATE TABLE server_playlists (
    source_id    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    seq          INTEGER NOT NULL,
    run          INTEGER NOT NULL,
    name         TEXT NOT NULL,
    description  TEXT,
    created_at   TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    -- Gone at the server, kept here: edits of this device stand on it, or a question is about it.
    is_deleted   INTEGER NOT NULL DEFAULT 0,
    -- The question whose answer took it away. Kept for as long as the answer can be undone.
    hidden_by    INTEGER REFERENCES questions (id) ON DELETE SET NULL,
    PRIMARY KEY (source_id, id)
) WITHOUT ROWID;

CREATE INDEX server_playlists_hidden ON server_playlists (hidden_by) WHERE hidden_by IS NOT NULL;

-- A removed entry keeps its place while operations of this device may name it as their anchor.
CREATE TABLE server_entries (
    source_id    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    playlist_id  BLOB NOT NULL,
    track_id     BLOB NOT NULL,
    position     TEXT NOT NULL,
    added_at     TEXT NOT NULL,
    seq          INTEGER NOT NULL,
    run          INTEGER NOT NULL,
    is_removed   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source_id, id)
) WITHOUT ROWID;

CREATE INDEX server_entries_by_playlist ON server_entries (source_id, playlist_id, seq);
CREATE INDEX server_entries_removed ON server_entries (source_id, playlist_id) WHERE is_removed = 1;

CREATE TABLE server_user_data (
    source_id       INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    track_id        BLOB NOT NULL,
    seq             INTEGER NOT NULL,
    run             INTEGER NOT NULL,
    play_count      INTEGER NOT NULL,
    last_played_at  TEXT,
    favourite       INTEGER NOT NULL,
    favourited_at   TEXT,
    rating          INTEGER,
    rated_at        TEXT,
    PRIMARY KEY (source_id, track_id)
) WITHOUT ROWID;

-- Operations ---------------------------------------------------------------------------------------------------------

-- One row an account of a source: what numbers its operations, and what its server last acknowledged.
CREATE TABLE accounts (
    source_id   INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    account_id  TEXT NOT NULL,
    -- The device that the account's tokens were given to.
    device_id   TEXT NOT NULL,
    next_n      INTEGER NOT NULL DEFAULT 1,
    -- The time inside the newest op_id: ids grow with their numbers even when the clock goes back.
    last_op_ms  INTEGER NOT NULL DEFAULT 0,
    ack         TEXT,
    PRIMARY KEY (source_id, account_id)
) WITHOUT ROWID;

INSERT INTO accounts (source_id, account_id, device_id)
SELECT sources.id, sources.account_id, notes.value
  FROM sources
  JOIN notes ON notes.name = 'device_id'
 WHERE sources.account_id IS NOT NULL;

-- Every edit that a server is told of, from the moment it is made; settled ones stay for 30 days.
CREATE TABLE sync_queue (
    op_id          BLOB PRIMARY KEY,
    n              INTEGER NOT NULL,
    account_id     TEXT NOT NULL,
    source_id      INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    -- What it is about: `p:` and a playlist's id, or `t:` and a track's. Operations of one group depend on each other.
    group_key      TEXT NOT NULL,
    entry_id       BLOB,
    -- Its type, as the protocol calls it.
    operation      TEXT NOT NULL,
    -- JSON as it is sent, but for `n`.
    payload        TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'settled', 'needs_you')),
    -- It is part of what is shown.
    in_overlay     INTEGER NOT NULL DEFAULT 1,
    -- The recording that the source does not hold yet: it is not sent before.
    held_track_id  INTEGER,
    -- The place that the user chose, where the payload names another because that entry is held: JSON of `after`.
    shown_after    TEXT,
    -- Rows of this run and of earlier ones hold its effect already: it was settled before the feed was reset.
    covered_run    INTEGER NOT NULL DEFAULT 0,
    attempts       INTEGER NOT NULL DEFAULT 0,
    retry_at       INTEGER,
    blocked_since  INTEGER,
    created_at     INTEGER NOT NULL,
    -- What the server answered.
    reason         TEXT,
    last_error     TEXT,
    answer         TEXT,
    seq            INTEGER,
    head           INTEGER,
    settled_at     INTEGER,
    -- The question whose answer set it aside.
    set_aside_by   INTEGER
);

CREATE INDEX sync_queue_by_state ON sync_queue (source_id, account_id, state, n);
CREATE INDEX sync_queue_by_group ON sync_queue (source_id, account_id, group_key, n) WHERE in_overlay = 1;
CREATE INDEX sync_queue_by_entry ON sync_queue (entry_id) WHERE entry_id IS NOT NULL;
CREATE INDEX sync_queue_held ON sync_queue (source_id) WHERE held_track_id IS NOT NULL;
CREATE INDEX sync_queue_set_aside ON sync_queue (set_aside_by) WHERE set_aside_by IS NOT NULL;

-- What is shown ------------------------------------------------------------------------------------------------------

CREATE TABLE playlists (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    uid          BLOB NOT NULL,
    -- NULL: it is of this device only.
    source_id    INTEGER REFERENCES sources (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    description  TEXT,
    created_at   TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    -- Deleted here, which its server has not confirmed yet: not listed.
    is_deleted   INTEGER NOT NULL DEFAULT 0,
    -- Deleted at its server, kept here.
    is_orphan    INTEGER NOT NULL DEFAULT 0
);

CREATE UNIQUE INDEX playlists_by_uid ON playlists (uid, COALESCE(source_id, 0));
CREATE INDEX playlists_by_source ON playlists (source_id);

-- In the order of (position, entry_uid). A removed entry keeps its place while operations may name it.
CREATE TABLE playlist_entries (
    playlist_id      INTEGER NOT NULL REFERENCES playlists (id) ON DELETE CASCADE,
    entry_uid        BLOB NOT NULL,
    -- The track as the source calls it; NULL: only this device knows it.
    remote_track_id  BLOB,
    -- The recording as this device calls it; NULL: found by `remote_track_id`.
    track_id         INTEGER,
    position         TEXT NOT NULL,
    added_at         TEXT NOT NULL,
    is_removed       INTEGER NOT NULL DEFAULT 0,
    -- JSON of the words it had, for when the recording is gone; only where `track_id` is set.
    snapshot         TEXT,
    PRIMARY KEY (playlist_id, entry_uid)
) WITHOUT ROWID;

CREATE INDEX playlist_entries_in_order ON playlist_entries (playlist_id, position, entry_uid);
CREATE INDEX playlist_entries_by_uid ON playlist_entries (entry_uid);
CREATE INDEX playlist_entries_removed ON playlist_entries (playlist_id) WHERE is_removed = 1;
CREATE INDEX playlist_entries_by_remote_track ON playlist_entries (remote_track_id) WHERE remote_track_id IS NOT NULL;
CREATE INDEX playlist_entries_by_track ON playlist_entries (track_id) WHERE track_id IS NOT NULL;

-- One row a recording that has any. Times are Unix milliseconds.
CREATE TABLE marks (
    track_id        INTEGER PRIMARY KEY,
    favourite       INTEGER NOT NULL DEFAULT 0,
    favourited_at   INTEGER,
    rating          INTEGER,
    rated_at        INTEGER,
    play_count      INTEGER NOT NULL DEFAULT 0,
    last_played_at  INTEGER
);

-- What was said here of recordings that no server held then.
CREATE TABLE local_marks (
    track_id       INTEGER PRIMARY KEY,
    favourite      INTEGER,
    favourited_at  INTEGER,
    rating         INTEGER,
    rated_at       INTEGER
);

-- Every play on this device, for ever.
CREATE TABLE plays (
    play_id          BLOB PRIMARY KEY,
    track_id         INTEGER NOT NULL,
    -- The source that is told of it, fixed when it is made; NULL: none holds the recording yet.
    source_id        INTEGER,
    played_at        INTEGER NOT NULL,
    duration_played  REAL NOT NULL
);

CREATE INDEX plays_by_track ON plays (track_id, played_at);
CREATE INDEX plays_untold ON plays (track_id) WHERE source_id IS NULL;

-- Questions ----------------------------------------------------------------------------------------------------------

-- What within the source a question is about; empty: the source as a whole.
ALTER TABLE questions ADD COLUMN subject TEXT NOT NULL DEFAULT '';
-- What its answer did, as JSON: with it the answer can be undone.
ALTER TABLE questions ADD COLUMN undo TEXT;

DROP INDEX questions_open;
CREATE UNIQUE INDEX questions_open ON questions (kind, source_id, subject) WHERE answer IS NULL;
