-- Favourites and ratings made here, for every source that holds the recording, also for one that comes to hold it.

-- `local_marks` is the last word on each recording that was said on this device. It is sent to whoever holds the
-- recording, if it is this device's own; what a source said that was removed stays shown, and is sent to nobody.
ALTER TABLE local_marks ADD COLUMN favourite_is_own INTEGER NOT NULL DEFAULT 1;
ALTER TABLE local_marks ADD COLUMN rating_is_own INTEGER NOT NULL DEFAULT 1;

-- The last word that each source was told of a track of its own.
CREATE TABLE told_marks (
    source_id  INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    remote_id  BLOB NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('favourite', 'rating')),
    value      INTEGER,
    -- When it was said; Unix milliseconds.
    said_at    INTEGER NOT NULL,
    -- 'said': of this track, by a person. 'carried': of another one that became the same recording. 'wrong': it is
    -- another recording again, and is to be told `former`. 'taken_back': it was.
    state      TEXT NOT NULL CHECK (state IN ('said', 'carried', 'wrong', 'taken_back')),
    -- What was shown of the track before it was carried there.
    former     INTEGER,
    former_at  INTEGER,
    PRIMARY KEY (source_id, remote_id, kind)
) WITHOUT ROWID;

-- Recordings of a source of which it may have to be told something. Written by the triggers below, so in the
-- transaction of the cause, whichever makes a source hold a recording.
CREATE TABLE marks_to_tell (
    source_id  INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    track_id   INTEGER NOT NULL,
    PRIMARY KEY (source_id, track_id)
) WITHOUT ROWID;

CREATE TRIGGER marks_to_tell_held AFTER INSERT ON track_sources
  WHEN EXISTS (SELECT 1 FROM local_marks WHERE track_id = new.track_id)
   AND EXISTS (SELECT 1 FROM sources WHERE id = new.source_id AND type = 'server')
BEGIN
    INSERT INTO marks_to_tell (source_id, track_id) VALUES (new.source_id, new.track_id)
        ON CONFLICT (source_id, track_id) DO NOTHING;
END;

CREATE TRIGGER marks_to_tell_held_now AFTER UPDATE OF track_id, remote_id, is_former ON track_sources
  WHEN (old.track_id, old.remote_id, old.is_former) IS NOT (new.track_id, new.remote_id, new.is_former)
   AND EXISTS (SELECT 1 FROM local_marks WHERE track_id = new.track_id)
   AND EXISTS (SELECT 1 FROM sources WHERE id = new.source_id AND type = 'server')
BEGIN
    INSERT INTO marks_to_tell (source_id, track_id) VALUES (new.source_id, new.track_id)
        ON CONFLICT (source_id, track_id) DO NOTHING;
END;

CREATE TRIGGER marks_to_tell_said AFTER INSERT ON local_marks
BEGIN
    INSERT INTO marks_to_tell (source_id, track_id)
    SELECT track_sources.source_id, new.track_id
      FROM track_sources
      JOIN sources ON sources.id = track_sources.source_id
     WHERE track_sources.track_id = new.track_id
       AND sources.type = 'server'
        ON CONFLICT (source_id, track_id) DO NOTHING;
END;

CREATE TRIGGER marks_to_tell_said_again AFTER UPDATE ON local_marks
BEGIN
    INSERT INTO marks_to_tell (source_id, track_id)
    SELECT track_sources.source_id, new.track_id
      FROM track_sources
      JOIN sources ON sources.id = track_sources.source_id
     WHERE track_sources.track_id = new.track_id
       AND sources.type = 'server'
        ON CONFLICT (source_id, track_id) DO NOTHING;
END;

INSERT INTO marks_to_tell (source_id, track_id)
SELECT DISTINCT track_sources.source_id, local_marks.track_id
  FROM local_marks
  JOIN track_sources ON track_sources.track_id = local_marks.track_id
  JOIN sources ON sources.id = track_sources.source_id
 WHERE sources.type = 'server';
