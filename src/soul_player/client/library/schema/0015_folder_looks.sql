-- What the last look into a folder found, so that the next one reads only what changed since.

-- Files that could not be read, in the state they had: they are told of at each sync, and read again when they change.
CREATE TABLE folder_unread (
    source_id   INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    path        BLOB NOT NULL,
    size_bytes  INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    inode       INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    PRIMARY KEY (source_id, path)
) WITHOUT ROWID;

-- A look that found nothing new: MessagePack of folder -> digest of what lay in it. As long as `folder_files` is as it
-- was then, a folder with the same digest need not be compared with it.
CREATE TABLE folder_looks (
    source_id  INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    seen       BLOB NOT NULL
);

CREATE TRIGGER folder_looks_added AFTER INSERT ON folder_files
BEGIN DELETE FROM folder_looks WHERE source_id = new.source_id; END;

CREATE TRIGGER folder_looks_changed AFTER UPDATE OF path, size_bytes, mtime_ns, inode, is_present ON folder_files
BEGIN DELETE FROM folder_looks WHERE source_id = new.source_id; END;

CREATE TRIGGER folder_looks_removed AFTER DELETE ON folder_files
BEGIN DELETE FROM folder_looks WHERE source_id = old.source_id; END;
