-- What several server processes of one database have in common.

-- The scan: asked for by any of them, done by the one that leads. `asked` counts the requests, `done` those that a
-- finished scan has answered; `status` is protocol.scan.ScanStatus as JSON.
CREATE TABLE scan_desk (
    id               INTEGER PRIMARY KEY,
    asked            BIGINT NOT NULL,
    is_full          INTEGER NOT NULL,
    done             BIGINT NOT NULL,
    confirm_root     TEXT,
    confirm_missing  BIGINT,
    status           BLOB
);

INSERT INTO scan_desk (id, asked, is_full, done) VALUES (1, 0, 0, 0);

-- Attempts to sign in, by address and by account: when the allowance will be full again.
CREATE TABLE sign_in_attempts (
    key      TEXT PRIMARY KEY,
    full_at  BIGINT NOT NULL
);

CREATE INDEX sign_in_attempts_by_time ON sign_in_attempts (full_at);
