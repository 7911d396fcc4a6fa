-- The server's library. Written in the words that SQLite and PostgreSQL share: ids are 16 bytes, times are Unix
-- milliseconds, truth is 0 or 1, `blob` is a domain over bytea on PostgreSQL.

-- Who this server is, and the keys behind its cursors and tokens. Made once.
CREATE TABLE server_secret (
    name   TEXT PRIMARY KEY,
    value  BLOB NOT NULL
);

-- Positions ---------------------------------------------------------------------------------------------------------

-- One row a scope; its row lock makes commit order position order.
CREATE TABLE sync_head (
    scope      TEXT PRIMARY KEY,
    seq        BIGINT NOT NULL,
    floor_seq  BIGINT NOT NULL
);

-- One row an entity, moved at each change. A tombstone is a row with deleted = 1.
CREATE TABLE sync_change (
    scope        TEXT NOT NULL,
    kind         TEXT NOT NULL,
    entity_id    BLOB NOT NULL,
    feed         TEXT NOT NULL,
    seq          BIGINT NOT NULL,
    created_seq  BIGINT NOT NULL,
    deleted      INTEGER NOT NULL,
    changed_at   BIGINT NOT NULL,
    PRIMARY KEY (scope, kind, entity_id)
);

CREATE UNIQUE INDEX sync_change_by_feed ON sync_change (scope, feed, seq);

-- The histories that positions belong to, oldest first.
CREATE TABLE sync_era (
    ordinal    BIGINT PRIMARY KEY,
    era        TEXT NOT NULL UNIQUE,
    minted_at  BIGINT NOT NULL,
    reason     TEXT NOT NULL
);

-- Where each scope stood when an era began. A scope without a row did not exist then: it began at 0.
CREATE TABLE sync_era_start (
    scope      TEXT NOT NULL,
    era        TEXT NOT NULL,
    start_seq  BIGINT NOT NULL,
    PRIMARY KEY (scope, era)
);

-- Accounts ----------------------------------------------------------------------------------------------------------

CREATE TABLE users (
    id             BLOB PRIMARY KEY,
    username       TEXT NOT NULL,
    -- Names are compared without regard to case.
    username_key   TEXT NOT NULL UNIQUE,
    password_hash  TEXT NOT NULL,
    is_admin       INTEGER NOT NULL,
    created_at     BIGINT NOT NULL
);

-- A signed-in device. Deleting the row signs it out, at once.
CREATE TABLE devices (
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_id     TEXT NOT NULL,
    -- Minted at each login: tokens of an earlier login of the same device are void.
    session_id    BLOB NOT NULL UNIQUE,
    device_name   TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, device_id)
);

-- The chain of a session's refresh tokens, by hash. Each one's successor is derived from it, so a repeat of a lost
-- answer gets the same one; and whether the successor was used is its own `presented_at`.
CREATE TABLE refresh_tokens (
    token_hash    BLOB PRIMARY KEY,
    session_id    BLOB NOT NULL REFERENCES devices (session_id) ON DELETE CASCADE,
    issued_at     BIGINT NOT NULL,
    -- When it was first presented.
    presented_at  BIGINT
);

CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Music -------------------------------------------------------------------------------------------------------------

CREATE TABLE roots (
    id        BIGINT PRIMARY KEY,
    path      BLOB NOT NULL UNIQUE,
    -- A root taken out of the settings keeps its tracks until a person confirms their going.
    is_configured  INTEGER NOT NULL,
    -- How many missing tracks a person confirmed the going of; NULL for none.
    confirmed_missing  BIGINT
);

-- The picture that lay in a folder when it was last looked at: another one makes its tracks be looked at again.
CREATE TABLE folder_images (
    root_id     BIGINT NOT NULL REFERENCES roots (id),
    folder      BLOB NOT NULL,
    name        BLOB NOT NULL,
    size_bytes  BIGINT NOT NULL,
    mtime_ns    BIGINT NOT NULL,
    inode       BIGINT NOT NULL,
    PRIMARY KEY (root_id, folder)
);

-- One row a file, and for ever: a deleted track keeps its identity as long as anything names it.
CREATE TABLE tracks (
    id                BLOB PRIMARY KEY,
    root_id           BIGINT NOT NULL REFERENCES roots (id),
    -- Below the root, as the file system's own bytes.
    path              BLOB NOT NULL,
    is_present        INTEGER NOT NULL,
    size_bytes        BIGINT NOT NULL,
    mtime_ns          BIGINT NOT NULL,
    inode             BIGINT NOT NULL,
    -- Raw digests. Those of a file that has changed since stay, to know it by, until it is hashed anew.
    file_hash         BLOB,
    audio_hash        BLOB,
    -- Whether the hashes and the artwork are those of the file with this size, mtime_ns and inode.
    is_hashed         INTEGER NOT NULL DEFAULT 0,
    duration_seconds  DOUBLE PRECISION NOT NULL,
    artwork_id        TEXT,
    -- Counts what was written to this row: whoever read it, worked on it and comes back sees whether it is the same.
    revision          BIGINT NOT NULL DEFAULT 0,
    added_at          BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    -- protocol.track.Track as JSON, `seq` included: written in the transaction that claims the position, so that a
    -- page is a join and a concatenation.
    body              BLOB NOT NULL
);

-- Holds all that a scan compares, so that an unchanged library costs no look into its rows.
CREATE INDEX tracks_by_path ON tracks (root_id, path, size_bytes, mtime_ns, inode, id) WHERE is_present = 1;
CREATE INDEX tracks_unhashed ON tracks (id) WHERE is_present = 1 AND is_hashed = 0;
CREATE INDEX tracks_retired ON tracks (updated_at) WHERE is_present = 0;
