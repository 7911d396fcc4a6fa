-- Whose results a device has confirmed, and which are therefore pruned: the ids alone. An operation below its device's
-- watermark that is not among them was made by another home under the same name.
CREATE TABLE confirmed_operations (
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    op_id         BLOB NOT NULL,
    device_id     TEXT NOT NULL,
    n             BIGINT NOT NULL,
    confirmed_at  BIGINT NOT NULL,
    PRIMARY KEY (user_id, op_id)
);

CREATE INDEX confirmed_operations_by_device ON confirmed_operations (user_id, device_id, n);
CREATE INDEX confirmed_operations_by_time ON confirmed_operations (user_id, confirmed_at);

-- Up to which n these were forgotten again (or never kept): above it, up to the watermark, none is missing.
ALTER TABLE device_progress ADD COLUMN forgotten_through BIGINT NOT NULL DEFAULT 0;

UPDATE device_progress SET forgotten_through = confirmed_through;
