-- Which tracks of all sources are one recording. An *entry* is a row of `track_sources`; the entries of one recording
-- share its `track_id`, and every join of two recordings is a link that says why and can be taken back.

-- Entries that are to be matched: new, changed, gone, or of an older normaliser. Written by the triggers below, so in
-- the transaction of its cause: a crash loses none, and a sync never waits for the matching.
CREATE TABLE match_queue (
    entry_id  INTEGER PRIMARY KEY
);

INSERT INTO match_queue (entry_id) SELECT id FROM track_sources;

CREATE TRIGGER match_queue_added AFTER INSERT ON track_sources
BEGIN INSERT OR IGNORE INTO match_queue (entry_id) VALUES (new.id); END;

CREATE TRIGGER match_queue_changed
 AFTER UPDATE OF title, artist, album, track_number, year, duration_seconds, file_hash, audio_hash,
                 musicbrainz_recording_id ON track_sources
  WHEN (old.title, old.artist, old.album, old.track_number, old.year, old.duration_seconds, old.file_hash,
        old.audio_hash, old.musicbrainz_recording_id)
       IS NOT (new.title, new.artist, new.album, new.track_number, new.year, new.duration_seconds, new.file_hash,
               new.audio_hash, new.musicbrainz_recording_id)
BEGIN INSERT OR IGNORE INTO match_queue (entry_id) VALUES (new.id); END;

CREATE TRIGGER match_queue_gone AFTER DELETE ON track_sources
BEGIN INSERT OR IGNORE INTO match_queue (entry_id) VALUES (old.id); END;

-- The normalised words of an entry, and the keys it is found under (32 bits each, as they stand in `match_keys`).
CREATE TABLE match_texts (
    entry_id          INTEGER PRIMARY KEY,
    version           INTEGER NOT NULL,
    title             TEXT NOT NULL,
    artist            TEXT NOT NULL,
    album             TEXT NOT NULL,
    guests            TEXT NOT NULL,
    kinds             TEXT NOT NULL,
    album_kinds       TEXT NOT NULL,
    version_words     TEXT NOT NULL,
    numbers           TEXT NOT NULL,
    track_number      INTEGER,
    duration_seconds  REAL,
    year              INTEGER,
    keys              BLOB NOT NULL
);

CREATE INDEX match_texts_by_version ON match_texts (version);

CREATE TABLE match_keys (
    key       INTEGER NOT NULL,
    entry_id  INTEGER NOT NULL,
    PRIMARY KEY (key, entry_id)
) WITHOUT ROWID;

-- Two recordings that became one, because these entries are alike. The links of a recording make a tree of its entries:
-- taking one back gives the part that hangs on `entry_id` its old recording again.
CREATE TABLE links (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    entry_id         INTEGER NOT NULL,
    other_entry_id   INTEGER NOT NULL,
    track_id         INTEGER NOT NULL,
    former_track_id  INTEGER NOT NULL,
    method           TEXT NOT NULL,
    score            REAL NOT NULL,
    fingerprint      REAL,
    -- Of a person's yes: what stood against it.
    vetoes           TEXT NOT NULL,
    -- What the former recording showed, as JSON: with it a split is the identity.
    former           TEXT NOT NULL,
    linked_at        INTEGER NOT NULL
);

CREATE INDEX links_by_entry ON links (entry_id);
CREATE INDEX links_by_other_entry ON links (other_entry_id);
CREATE INDEX links_by_track ON links (track_id);

-- Two entries of which a person is asked whether they are one recording.
CREATE TABLE proposals (
    entry_id        INTEGER PRIMARY KEY,
    other_entry_id  INTEGER NOT NULL,
    method          TEXT NOT NULL,
    score           REAL NOT NULL,
    fingerprint     REAL,
    vetoes          TEXT NOT NULL,
    proposed_at     INTEGER NOT NULL
);

CREATE INDEX proposals_by_other_entry ON proposals (other_entry_id);

-- What a person said is not one recording, for ever: by the ids of the sources, which outlive a source's removal.
CREATE TABLE not_the_same (
    remote_id        BLOB NOT NULL,
    other_remote_id  BLOB NOT NULL,
    said_at          INTEGER NOT NULL,
    PRIMARY KEY (remote_id, other_remote_id)
) WITHOUT ROWID;

CREATE INDEX not_the_same_by_other ON not_the_same (other_remote_id);

-- Acoustic fingerprints, and the words they are found under. -----------------------------------------------------------

CREATE TABLE fingerprints (
    entry_id          INTEGER PRIMARY KEY,
    duration_seconds  REAL NOT NULL,
    -- Little-endian words of 32 bits, one a frame.
    words             BLOB NOT NULL
);

CREATE TABLE fingerprint_keys (
    key       INTEGER NOT NULL,
    entry_id  INTEGER NOT NULL,
    PRIMARY KEY (key, entry_id)
) WITHOUT ROWID;
