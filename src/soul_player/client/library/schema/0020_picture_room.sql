-- What the pictures take together, kept by the database itself: to add them up for each one that comes costs the square
-- of their number.
CREATE TABLE picture_room (
    size_bytes  INTEGER NOT NULL
);

INSERT INTO picture_room (size_bytes)
SELECT COALESCE(SUM(size_bytes), 0)
  FROM pictures;

-- A trigger's end is on its own line's end only, because a `;` before it would end the statement here.
CREATE TRIGGER picture_added AFTER INSERT ON pictures
BEGIN UPDATE picture_room SET size_bytes = size_bytes + NEW.size_bytes; END;

CREATE TRIGGER picture_gone AFTER DELETE ON pictures
BEGIN UPDATE picture_room SET size_bytes = size_bytes - OLD.size_bytes; END;

CREATE TRIGGER picture_changed AFTER UPDATE OF size_bytes ON pictures WHEN NEW.size_bytes <> OLD.size_bytes
BEGIN UPDATE picture_room SET size_bytes = size_bytes + NEW.size_bytes - OLD.size_bytes; END;

-- Two ids may be one file, which goes with the last of them.
CREATE INDEX pictures_by_content ON pictures (sha256);
