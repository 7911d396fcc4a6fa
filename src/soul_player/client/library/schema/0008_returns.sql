-- Tracks that come back under a new id, and servers that were rebuilt from nothing.

-- Its `remote_id` is a name that a server gave before it was rebuilt: nobody there knows it any more. It is bound to a
-- new name as soon as the same bytes, the same audio or the same file come back.
ALTER TABLE track_sources ADD COLUMN is_former INTEGER NOT NULL DEFAULT 0;

-- Only what is lost is in them, so that a library that has everything pays nothing for them.
CREATE INDEX track_sources_lost_by_file_hash ON track_sources (source_id, file_hash) WHERE status = 'unavailable';
CREATE INDEX track_sources_lost_by_audio_hash ON track_sources (source_id, audio_hash) WHERE status = 'unavailable';
CREATE INDEX track_sources_lost_by_size ON track_sources (source_id, file_size) WHERE status = 'unavailable';

-- A source whose server a person called the same library, rebuilt. The row stays until everything that is the user's
-- was written down to be sent there again.
CREATE TABLE rebuilds (
    source_id          INTEGER PRIMARY KEY REFERENCES sources (id) ON DELETE CASCADE,
    -- Whose answer it was, for taking it back.
    question_id        INTEGER NOT NULL,
    former_server_id   BLOB NOT NULL,
    former_account_id  TEXT,
    -- Somebody has signed in since: what was of the former account is of this one.
    is_claimed         INTEGER NOT NULL DEFAULT 0
);
