-- What moved to the other recording when two became one, so that a split gives each its own back.
CREATE TABLE moved_references (
    link_id     INTEGER NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    kind        TEXT NOT NULL CHECK (kind IN ('play', 'playlist_entry', 'operation')),
    -- The key of the row in `plays`, `playlist_entries` (its entry) or `sync_queue`.
    key         BLOB NOT NULL,
    -- Of a playlist entry.
    playlist_id INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (link_id, kind, key, playlist_id)
) WITHOUT ROWID;

-- What this device alone said of the two recordings before, as JSON.
CREATE TABLE moved_marks (
    link_id  INTEGER PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
    former   TEXT NOT NULL,
    kept     TEXT,
    merged   TEXT NOT NULL
);
