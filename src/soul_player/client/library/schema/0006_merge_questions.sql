-- What a person is asked about two recordings, and what was said, for ever.

-- A person's word on two tracks. A name is a source's id of a track (16 bytes) or the text of its audio hash, so that
-- the word outlives a source's removal and a server that gives new ids. The two may stand in either order.
CREATE TABLE said_of_pairs (
    name        BLOB NOT NULL,
    other_name  BLOB NOT NULL,
    is_same     INTEGER NOT NULL,
    said_at     INTEGER NOT NULL,
    PRIMARY KEY (name, other_name)
) WITHOUT ROWID;

CREATE INDEX said_of_pairs_by_other ON said_of_pairs (other_name);

INSERT INTO said_of_pairs (name, other_name, is_same, said_at)
SELECT remote_id, other_remote_id, 0, said_at
  FROM not_the_same;

DROP TABLE not_the_same;

CREATE TRIGGER said_of_pairs_followed AFTER UPDATE OF remote_id ON track_sources WHEN old.remote_id <> new.remote_id
BEGIN
    UPDATE OR REPLACE said_of_pairs SET name = new.remote_id WHERE name = old.remote_id;
    UPDATE OR REPLACE said_of_pairs SET other_name = new.remote_id WHERE other_name = old.remote_id;
END;

-- Every proposal belongs to a question: those between the same two albums of the same two sources are one.
INSERT INTO match_queue (entry_id) SELECT entry_id FROM proposals WHERE 1 ON CONFLICT (entry_id) DO NOTHING;

DROP TABLE proposals;

CREATE TABLE proposals (
    entry_id        INTEGER PRIMARY KEY,
    other_entry_id  INTEGER NOT NULL,
    question_id     INTEGER NOT NULL,
    method          TEXT NOT NULL,
    score           REAL NOT NULL,
    fingerprint     REAL,
    vetoes          TEXT NOT NULL,
    proposed_at     INTEGER NOT NULL
);

CREATE INDEX proposals_by_other_entry ON proposals (other_entry_id);
CREATE INDEX proposals_by_question ON proposals (question_id);

-- A question that nothing is left of is not asked any more; one that was answered stays.
CREATE TRIGGER proposals_gone AFTER DELETE ON proposals
BEGIN
    DELETE FROM questions
     WHERE id = old.question_id AND answer IS NULL
       AND NOT EXISTS (SELECT 1 FROM proposals WHERE question_id = old.question_id);
END;

CREATE TRIGGER proposals_moved AFTER UPDATE OF question_id ON proposals WHEN old.question_id <> new.question_id
BEGIN
    DELETE FROM questions
     WHERE id = old.question_id AND answer IS NULL
       AND NOT EXISTS (SELECT 1 FROM proposals WHERE question_id = old.question_id);
END;

-- An entry that goes leaves the recording whole: what hung on it hangs on one of its neighbours. The link to that
-- neighbour goes: the one by which the entry itself had come in, if there is one.
CREATE TRIGGER entry_gone AFTER DELETE ON track_sources
BEGIN
    DELETE FROM proposals WHERE entry_id = old.id OR other_entry_id = old.id;
    UPDATE links
       SET entry_id = CASE entry_id WHEN old.id THEN
               (SELECT CASE nearest.entry_id WHEN old.id THEN nearest.other_entry_id ELSE nearest.entry_id END
                  FROM links nearest
                 WHERE nearest.entry_id = old.id OR nearest.other_entry_id = old.id
                 ORDER BY nearest.entry_id <> old.id, nearest.id LIMIT 1)
               ELSE entry_id END,
           other_entry_id = CASE other_entry_id WHEN old.id THEN
               (SELECT CASE nearest.entry_id WHEN old.id THEN nearest.other_entry_id ELSE nearest.entry_id END
                  FROM links nearest
                 WHERE nearest.entry_id = old.id OR nearest.other_entry_id = old.id
                 ORDER BY nearest.entry_id <> old.id, nearest.id LIMIT 1)
               ELSE other_entry_id END
     WHERE (entry_id = old.id OR other_entry_id = old.id)
       AND id <> (SELECT nearest.id
                    FROM links nearest
                   WHERE nearest.entry_id = old.id OR nearest.other_entry_id = old.id
                   ORDER BY nearest.entry_id <> old.id, nearest.id LIMIT 1);
    DELETE FROM links WHERE entry_id = old.id OR other_entry_id = old.id;
    INSERT OR REPLACE INTO gone_fingerprints (entry_id, words)
    SELECT entry_id, words FROM fingerprints WHERE entry_id = old.id;
    DELETE FROM fingerprints WHERE entry_id = old.id;
END;

-- Of entries that went: their ids are given again, and their keys have to be looked for by their words.
CREATE TABLE gone_fingerprints (
    entry_id  INTEGER PRIMARY KEY,
    words     BLOB NOT NULL
);
