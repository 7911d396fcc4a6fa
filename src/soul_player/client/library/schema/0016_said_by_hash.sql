-- A person's word on two tracks that was said before their audio's hash was known is kept by the hash too, as soon as
-- that is known: so it follows the track to whatever id it comes back under. A hash that both have tells neither from
-- the other.

CREATE TRIGGER said_of_pairs_hashed AFTER UPDATE OF audio_hash ON track_sources
  WHEN new.audio_hash IS NOT NULL AND old.audio_hash IS NOT new.audio_hash
   AND (EXISTS (SELECT 1 FROM said_of_pairs WHERE name = new.remote_id)
        OR EXISTS (SELECT 1 FROM said_of_pairs WHERE other_name = new.remote_id))
BEGIN
    DELETE FROM said_of_pairs
     WHERE (name = CAST(new.audio_hash AS BLOB) AND other_name = new.remote_id)
        OR (name = new.remote_id AND other_name = CAST(new.audio_hash AS BLOB));
    INSERT INTO said_of_pairs (name, other_name, is_same, said_at)
    SELECT CAST(new.audio_hash AS BLOB), said.other_name, said.is_same, said.said_at
      FROM said_of_pairs said
     WHERE said.name = new.remote_id
       AND NOT EXISTS (SELECT 1 FROM sources CROSS JOIN track_sources other
                        WHERE other.source_id = sources.id AND other.remote_id = said.other_name
                          AND other.audio_hash = new.audio_hash)
        ON CONFLICT (name, other_name) DO NOTHING;
    INSERT INTO said_of_pairs (name, other_name, is_same, said_at)
    SELECT said.name, CAST(new.audio_hash AS BLOB), said.is_same, said.said_at
      FROM said_of_pairs said
     WHERE said.other_name = new.remote_id
       AND NOT EXISTS (SELECT 1 FROM sources CROSS JOIN track_sources other
                        WHERE other.source_id = sources.id AND other.remote_id = said.name
                          AND other.audio_hash = new.audio_hash)
        ON CONFLICT (name, other_name) DO NOTHING;
END;

-- The source was removed in between, and is here again.
CREATE TRIGGER said_of_pairs_hashed_anew AFTER INSERT ON track_sources
  WHEN new.audio_hash IS NOT NULL
   AND (EXISTS (SELECT 1 FROM said_of_pairs WHERE name = new.remote_id)
        OR EXISTS (SELECT 1 FROM said_of_pairs WHERE other_name = new.remote_id))
BEGIN
    DELETE FROM said_of_pairs
     WHERE (name = CAST(new.audio_hash AS BLOB) AND other_name = new.remote_id)
        OR (name = new.remote_id AND other_name = CAST(new.audio_hash AS BLOB));
    INSERT INTO said_of_pairs (name, other_name, is_same, said_at)
    SELECT CAST(new.audio_hash AS BLOB), said.other_name, said.is_same, said.said_at
      FROM said_of_pairs said
     WHERE said.name = new.remote_id
       AND NOT EXISTS (SELECT 1 FROM sources CROSS JOIN track_sources other
                        WHERE other.source_id = sources.id AND other.remote_id = said.other_name
                          AND other.audio_hash = new.audio_hash)
        ON CONFLICT (name, other_name) DO NOTHING;
    INSERT INTO said_of_pairs (name, other_name, is_same, said_at)
    SELECT said.name, CAST(new.audio_hash AS BLOB), said.is_same, said.said_at
      FROM said_of_pairs said
     WHERE said.other_name = new.remote_id
       AND NOT EXISTS (SELECT 1 FROM sources CROSS JOIN track_sources other
                        WHERE other.source_id = sources.id AND other.remote_id = said.name
                          AND other.audio_hash = new.audio_hash)
        ON CONFLICT (name, other_name) DO NOTHING;
END;
