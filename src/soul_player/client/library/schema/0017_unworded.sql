-- Tracks that no words can find: without tags, or in another script than every track that is as long. Their sound may.

-- `needs_number`: it has words, so the other one must stand at the same number, as far as both tell.
CREATE TABLE unworded (
    entry_id          INTEGER PRIMARY KEY,
    source_id         INTEGER NOT NULL,
    duration_seconds  REAL NOT NULL,
    track_number      INTEGER,
    needs_number      INTEGER NOT NULL
);

CREATE INDEX unworded_by_length ON unworded (duration_seconds);
CREATE INDEX match_texts_by_length ON match_texts (duration_seconds);

-- What is as long, in another source.
CREATE TABLE unworded_pairs (
    entry_id        INTEGER NOT NULL,
    other_entry_id  INTEGER NOT NULL,
    PRIMARY KEY (entry_id, other_entry_id)
) WITHOUT ROWID;

CREATE INDEX unworded_pairs_by_other ON unworded_pairs (other_entry_id);

CREATE TRIGGER unworded_gone AFTER DELETE ON unworded
BEGIN DELETE FROM unworded_pairs WHERE entry_id = old.entry_id; END;

CREATE TRIGGER unworded_entry_gone AFTER DELETE ON track_sources
BEGIN
    DELETE FROM unworded WHERE entry_id = old.id;
    DELETE FROM unworded_pairs WHERE other_entry_id = old.id;
END;
