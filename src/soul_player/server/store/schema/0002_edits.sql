-- What users do: playlists, plays, favourites, ratings; and the operations by which it came here.

-- One row an operation with a final result, so that a repeat gets the same one. Pruned once its device has confirmed.
CREATE TABLE operations (
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    op_id         BLOB NOT NULL,
    device_id     TEXT NOT NULL,
    n             BIGINT NOT NULL,
    body_hash     BLOB NOT NULL,
    status        TEXT NOT NULL,
    reason        TEXT,
    detail        TEXT,
    seq           BIGINT,
    server_state  BLOB,
    PRIMARY KEY (user_id, op_id)
);

CREATE INDEX operations_by_device ON operations (user_id, device_id, n);

-- Up to which n a device has all its results. It outlives a sign-out: the device goes on counting.
CREATE TABLE device_progress (
    user_id            BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_id          TEXT NOT NULL,
    confirmed_through  BIGINT NOT NULL,
    -- When the operation of that number was minted: a later one at or below it comes from a copied home.
    confirmed_op_ms    BIGINT NOT NULL,
    PRIMARY KEY (user_id, device_id)
);

-- Ids that clients mint live in their user's own space. Rows of a deleted playlist stay for 30 days.
CREATE TABLE playlists (
    user_id            BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id                 BLOB NOT NULL,
    seq                BIGINT NOT NULL,
    name               TEXT NOT NULL,
    description        TEXT,
    -- Last writer wins: time of the edit, device, its number.
    named_at           BIGINT NOT NULL,
    named_by           TEXT NOT NULL,
    named_n            BIGINT NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    changed_by         TEXT NOT NULL,
    deleted_at         BIGINT,
    deleted_by         TEXT,
    PRIMARY KEY (user_id, id)
);

-- A removed entry keeps its place, as an anchor, until its tombstone is purged.
CREATE TABLE playlist_entries (
    user_id      BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id           BLOB NOT NULL,
    playlist_id  BLOB NOT NULL,
    track_id     BLOB NOT NULL,
    -- Sorted bytewise, then by id.
    position     BLOB NOT NULL,
    seq          BIGINT NOT NULL,
    added_at     BIGINT NOT NULL,
    is_removed   INTEGER NOT NULL,
    changed_by   TEXT NOT NULL,
    PRIMARY KEY (user_id, id)
);

CREATE INDEX playlist_entries_by_position ON playlist_entries (user_id, playlist_id, position, id);

-- Plays are events: the count is the number of distinct ones.
CREATE TABLE plays (
    user_id          BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    play_id          BLOB NOT NULL,
    track_id         BLOB NOT NULL,
    played_at        BIGINT NOT NULL,
    duration_played  DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (user_id, play_id)
);

CREATE TABLE user_data (
    user_id            BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    track_id           BLOB NOT NULL,
    seq                BIGINT NOT NULL,
    play_count         BIGINT NOT NULL,
    last_played_at     BIGINT,
    favourite          INTEGER NOT NULL,
    -- What is told: when the value came about. What decides: when it was last set, be it to the same value.
    favourited_at      BIGINT,
    favourite_set_at   BIGINT,
    favourite_set_by   TEXT,
    favourite_set_n    BIGINT,
    rating             INTEGER,
    rated_at           BIGINT,
    rating_set_at      BIGINT,
    rating_set_by      TEXT,
    rating_set_n       BIGINT,
    updated_at         BIGINT NOT NULL,
    PRIMARY KEY (user_id, track_id)
);
