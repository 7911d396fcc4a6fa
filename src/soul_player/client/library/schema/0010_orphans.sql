-- Recordings that no source holds any more, kept because something of the user's names them: a play, a place in a
-- playlist, a favourite. They stay in `tracks`, unavailable, and are known by these when a source comes to hold them.
CREATE TABLE orphans (
    track_id                  INTEGER PRIMARY KEY,
    title_key                 TEXT NOT NULL,
    artist_key                TEXT NOT NULL,
    duration_seconds          REAL NOT NULL,
    file_hash                 TEXT,
    audio_hash                TEXT,
    musicbrainz_recording_id  TEXT,
    isrc                      TEXT,
    -- The file of it that stays on this device, and plays.
    copy_id                   INTEGER
);

CREATE INDEX orphans_by_file_hash ON orphans (file_hash) WHERE file_hash IS NOT NULL;
CREATE INDEX orphans_by_audio_hash ON orphans (audio_hash) WHERE audio_hash IS NOT NULL;
CREATE INDEX orphans_by_recording ON orphans (musicbrainz_recording_id) WHERE musicbrainz_recording_id IS NOT NULL;
CREATE INDEX orphans_by_isrc ON orphans (isrc) WHERE isrc IS NOT NULL;
CREATE INDEX orphans_by_copy ON orphans (copy_id) WHERE copy_id IS NOT NULL;
CREATE INDEX orphans_by_words ON orphans (title_key, artist_key);
