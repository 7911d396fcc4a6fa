-- Folders of this device as sources. What a file says is in `track_sources`; here is which file it is.

-- `path` is below the folder, in the very bytes of the file's name. The hashes in `track_sources` are of this state of
-- the file if `is_hashed`. A file that is not there any more keeps its row: it may come back.
CREATE TABLE folder_files (
    source_id   INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    remote_id   BLOB NOT NULL,
    path        BLOB NOT NULL,
    size_bytes  INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    inode       INTEGER NOT NULL,
    is_hashed   INTEGER NOT NULL DEFAULT 0,
    is_present  INTEGER NOT NULL DEFAULT 1,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (source_id, remote_id)
) WITHOUT ROWID;

CREATE INDEX folder_files_unhashed ON folder_files (source_id, path) WHERE is_hashed = 0 AND is_present = 1;
CREATE INDEX folder_files_gone ON folder_files (source_id, updated_at) WHERE is_present = 0;
