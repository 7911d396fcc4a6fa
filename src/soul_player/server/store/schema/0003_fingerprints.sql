-- Acoustic fingerprints, by the audio they are of: a file that moves, is tagged anew or lies there twice keeps its own.
CREATE TABLE fingerprints (
    -- tracks.audio_hash; tracks.file_hash of a file whose audio could not be told from the rest.
    content_hash  BLOB PRIMARY KEY,
    -- Little-endian words of 32 bits, one a frame of 0.124 s. NULL: the tool could make nothing of this audio, and is
    -- not asked again.
    words         BLOB,
    made_at       BIGINT NOT NULL
);

-- Whether a fingerprint was made, or tried in vain, of the audio that this row's hashes name.
ALTER TABLE tracks ADD COLUMN is_fingerprint_tried INTEGER NOT NULL DEFAULT 0;

CREATE INDEX tracks_unfingerprinted ON tracks (id)
 WHERE is_present = 1 AND is_hashed = 1 AND is_fingerprint_tried = 0;
