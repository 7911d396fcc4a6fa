-- How many entries a playlist shows, kept by the database itself: counting ten thousand for each edit and each line of
-- a list costs more than the edit.
ALTER TABLE playlists ADD COLUMN entry_count INTEGER NOT NULL DEFAULT 0;

UPDATE playlists
   SET entry_count = (SELECT COUNT(*) FROM playlist_entries WHERE playlist_id = playlists.id AND is_removed = 0);

-- A trigger's end is on its own line's end only, because a `;` before it would end the statement here.
CREATE TRIGGER playlist_entry_added AFTER INSERT ON playlist_entries WHEN NEW.is_removed = 0
BEGIN UPDATE playlists SET entry_count = entry_count + 1 WHERE id = NEW.playlist_id; END;

CREATE TRIGGER playlist_entry_gone AFTER DELETE ON playlist_entries WHEN OLD.is_removed = 0
BEGIN UPDATE playlists SET entry_count = entry_count - 1 WHERE id = OLD.playlist_id; END;

CREATE TRIGGER playlist_entry_changed AFTER UPDATE OF is_removed ON playlist_entries WHEN NEW.is_removed <> OLD.is_removed
BEGIN UPDATE playlists SET entry_count = entry_count + OLD.is_removed - NEW.is_removed WHERE id = NEW.playlist_id; END;
