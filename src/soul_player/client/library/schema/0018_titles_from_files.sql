-- A recording shows the words of its best tagged entry: a file's name that stands for a title is the last choice.
ALTER TABLE track_sources ADD COLUMN title_from_file INTEGER NOT NULL DEFAULT 0;

-- Recordings that show another one's words now. Those of a single entry do not.
CREATE TEMP TABLE shown_anew AS
SELECT id
  FROM tracks
 WHERE (SELECT COUNT(*) FROM track_sources WHERE track_id = tracks.id) > 1
   AND (shown_source_id, title, artist, album) IS NOT (
       SELECT source_id, title, artist, album
         FROM track_sources
        WHERE track_id = tracks.id
        ORDER BY title_from_file, COALESCE(artist, '') = '', COALESCE(album, '') = '', source_id, remote_id
        LIMIT 1);

DELETE FROM track_words WHERE rowid IN (SELECT id FROM shown_anew);

UPDATE tracks
   SET (shown_source_id, title, artist, album, album_artist, genres, year, disc_number, track_number, duration_seconds,
        added_at) = (
       SELECT source_id, title, artist, album, album_artist, genres, year, disc_number, track_number, duration_seconds,
              added_at
         FROM track_sources
        WHERE track_id = tracks.id
        ORDER BY title_from_file, COALESCE(artist, '') = '', COALESCE(album, '') = '', source_id, remote_id
        LIMIT 1)
 WHERE id IN (SELECT id FROM shown_anew);

INSERT INTO track_words (rowid, title, artist, album, album_artist, genres)
SELECT id, title, artist, album, album_artist, genres
  FROM track_texts
 WHERE id IN (SELECT id FROM shown_anew);

DROP TABLE shown_anew;
