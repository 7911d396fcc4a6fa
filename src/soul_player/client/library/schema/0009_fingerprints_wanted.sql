-- Which fingerprints are worth having, and of which audio those are that are here.

-- The audio that the words are of, as the source names it: other audio, and they are fetched anew. Words of no bytes:
-- there are none to be had of this audio.
ALTER TABLE fingerprints ADD COLUMN audio_hash TEXT;

-- Entries whose words came near, but not near enough to ask a person: their sound may still tell.
CREATE TABLE near_misses (
    entry_id        INTEGER PRIMARY KEY,
    other_entry_id  INTEGER NOT NULL
);

CREATE INDEX near_misses_by_other ON near_misses (other_entry_id);

CREATE TRIGGER near_misses_gone AFTER DELETE ON track_sources
BEGIN
    DELETE FROM near_misses WHERE entry_id = old.id OR other_entry_id = old.id;
END;

-- A fingerprint that was not there before may decide what is open: matching looks, and fetches it.
CREATE TRIGGER match_queue_fingerprinted AFTER UPDATE OF fingerprinted ON track_sources
  WHEN old.fingerprinted = 0 AND new.fingerprinted = 1
   AND (EXISTS (SELECT 1 FROM proposals WHERE entry_id = new.id OR other_entry_id = new.id)
        OR EXISTS (SELECT 1 FROM near_misses WHERE entry_id = new.id OR other_entry_id = new.id))
BEGIN INSERT OR IGNORE INTO match_queue (entry_id) VALUES (new.id); END;

-- There was none to be had, and now there is.
CREATE TRIGGER fingerprints_to_be_had AFTER UPDATE OF fingerprinted ON track_sources
  WHEN old.fingerprinted = 0 AND new.fingerprinted = 1
BEGIN DELETE FROM fingerprints WHERE entry_id = new.id AND length(words) = 0; END;
