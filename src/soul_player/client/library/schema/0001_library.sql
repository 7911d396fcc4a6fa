-- A client's library: what every source says, and the recordings that are made of it. The server's ids are 16 bytes,
-- ids of this device are integers; times of this device are Unix milliseconds, a source's own times stay the RFC 3339
-- text that came; truth is 0 or 1. Lists and other small structures are JSON text.

-- Single facts of this library: the device's id, `indexes_owed`.
CREATE TABLE notes (
    name   TEXT PRIMARY KEY,
    value  TEXT NOT NULL
) WITHOUT ROWID;

-- The indexes of client/library/indexes.py are built at the first start, like those that a bulk load left owed.
INSERT INTO notes (name, value) VALUES ('indexes_owed', '1');

-- Where music comes from --------------------------------------------------------------------------------------------

CREATE TABLE sources (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    name             TEXT NOT NULL COLLATE NOCASE UNIQUE,
    type             TEXT NOT NULL CHECK (type IN ('server', 'folder')),
    -- Addresses under which it answers, the preferred one first.
    urls             TEXT NOT NULL,
    server_id        BLOB,
    username         TEXT,
    -- The server's id of the account that is signed in.
    account_id       TEXT,
    -- sha256 of the certificate that a person said yes to.
    fingerprint      TEXT,
    -- Plain HTTP outside private networks was allowed.
    is_insecure      INTEGER NOT NULL,
    is_active        INTEGER NOT NULL,
    -- Nothing is asked of the server until a person has signed in again.
    needs_sign_in    INTEGER NOT NULL,
    added_at         INTEGER NOT NULL,
    last_sync_at     INTEGER,
    last_error_code  TEXT,
    last_error       TEXT,
    is_offline       INTEGER NOT NULL,
    failed_attempts  INTEGER NOT NULL,
    -- Before this time only a person starts a sync.
    retry_at         INTEGER
);

CREATE UNIQUE INDEX sources_active ON sources (is_active) WHERE is_active = 1;
CREATE UNIQUE INDEX sources_by_account ON sources (server_id, username);

-- How far each feed of a source was read. It commits together with the page that it stands behind.
CREATE TABLE sync_state (
    source_id       INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    feed            TEXT NOT NULL,
    -- The account that the cursor belongs to.
    account_id      TEXT,
    cursor          TEXT,
    -- Where the scope stood when the feed was last read to its end; NULL while a run is under way.
    era             TEXT,
    head            INTEGER,
    -- Counts the runs from nothing. Rows of an earlier one are stale, and their positions are forgotten.
    run             INTEGER NOT NULL,
    progress_done   INTEGER NOT NULL,
    progress_total  INTEGER,
    -- The run began from nothing after an earlier one: what it does not tell of is swept at its end.
    sweep_owed      INTEGER NOT NULL,
    last_reset_at   INTEGER,
    last_reset_code TEXT,
    PRIMARY KEY (source_id, feed)
) WITHOUT ROWID;

-- Recordings --------------------------------------------------------------------------------------------------------

-- One row a recording, with what browsing needs. It may have many sources; it shows the words of one of them.
CREATE TABLE tracks (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    shown_source_id   INTEGER NOT NULL,
    -- The best of its sources.
    status            TEXT NOT NULL,
    title             TEXT NOT NULL,
    artist            TEXT,
    album             TEXT,
    album_artist      TEXT,
    genres            TEXT,
    year              INTEGER,
    disc_number       INTEGER,
    track_number      INTEGER,
    duration_seconds  REAL NOT NULL,
    added_at          TEXT NOT NULL
);

-- What a source says of a recording, as it came. A table with rowids and a slim unique index, because rows of 700
-- bytes kept in the order of a server's ids would be rewritten over and over when they do not come in that order.
-- No REFERENCES: both parents are written in the same transaction, and two look-ups a row are a tenth of a bulk load.
CREATE TABLE track_sources (
    id                INTEGER PRIMARY KEY,
    source_id         INTEGER NOT NULL,
    remote_id         BLOB NOT NULL,
    track_id          INTEGER NOT NULL,
    status            TEXT NOT NULL CHECK (status IN ('local_file', 'cached', 'stream_only', 'unavailable')),
    -- sync_state.run of the run that brought it.
    run               INTEGER NOT NULL,
    seq               INTEGER NOT NULL,
    title             TEXT NOT NULL,
    artist            TEXT,
    artists           TEXT,
    album             TEXT,
    album_artist      TEXT,
    album_id          TEXT,
    track_number      INTEGER,
    disc_number       INTEGER,
    year              INTEGER,
    genres            TEXT,
    duration_seconds  REAL NOT NULL,
    content_type      TEXT NOT NULL,
    bitrate           INTEGER,
    sample_rate       INTEGER,
    channels          INTEGER,
    file_size         INTEGER NOT NULL,
    file_hash         TEXT,
    audio_hash        TEXT,
    fingerprinted     INTEGER NOT NULL,
    musicbrainz_recording_id  TEXT,
    musicbrainz_release_id    TEXT,
    isrc              TEXT,
    replaygain        TEXT,
    artwork_id        TEXT,
    added_at          TEXT NOT NULL,
    updated_at        TEXT NOT NULL,
    -- The file on this device, for `local_file` and `cached`.
    path              TEXT,
    UNIQUE (source_id, remote_id)
);

CREATE INDEX track_sources_by_track ON track_sources (track_id);

-- Words -------------------------------------------------------------------------------------------------------------

-- What search looks at. An album artist who is the artist is not worth a second set of words.
CREATE VIEW track_texts AS
    SELECT id, title, artist, album, CASE WHEN album_artist IS NOT artist THEN album_artist END AS album_artist, genres
      FROM tracks;

-- Kept in step by client/library/words.py, a page at a time: triggers cost 40 % of a bulk load.
CREATE VIRTUAL TABLE track_words USING fts5 (
    title, artist, album, album_artist, genres,
    content = 'track_texts', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

-- What waits for a person -------------------------------------------------------------------------------------------

CREATE TABLE questions (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    kind        TEXT NOT NULL,
    source_id   INTEGER REFERENCES sources (id) ON DELETE CASCADE,
    -- JSON; what it holds follows from the kind.
    evidence    TEXT NOT NULL,
    asked_at    INTEGER NOT NULL,
    answer      TEXT,
    answered_at INTEGER
);

-- At most one open question of a kind for a source.
CREATE UNIQUE INDEX questions_open ON questions (kind, source_id) WHERE answer IS NULL;

-- Deletions that a source announced and that were not applied yet: those of the run that is under way (no question),
-- and those that are too many to believe without asking.
CREATE TABLE held_deletions (
    source_id    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    remote_id    BLOB NOT NULL,
    question_id  INTEGER REFERENCES questions (id) ON DELETE CASCADE,
    PRIMARY KEY (source_id, remote_id)
) WITHOUT ROWID;

CREATE INDEX held_deletions_by_question ON held_deletions (question_id);
