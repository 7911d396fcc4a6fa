-- What the player of this device remembers: saved queries that are shown as playlists, and what it was playing.

-- `sorted_by` is a ListOrder (client/library/positions.py).
CREATE TABLE smart_playlists (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL COLLATE NOCASE UNIQUE,
    query      TEXT NOT NULL,
    sorted_by  TEXT NOT NULL,
    added_at   INTEGER NOT NULL
);

-- At most one row. The queue is written when it changes, the place in it every few seconds.
CREATE TABLE player (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    -- JSON; its shape is PlayerQueue (client/library/player.py).
    queue             TEXT NOT NULL,
    track_id          INTEGER,
    position_seconds  REAL NOT NULL DEFAULT 0
);

CREATE INDEX plays_by_time ON plays (played_at);
