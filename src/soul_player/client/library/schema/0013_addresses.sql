-- A server is one source under all of its addresses: each with its own certificate, and what was last met there.
CREATE TABLE addresses (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    source_id    INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
    -- UTF-8; the path of a folder may hold bytes that are no text, which then stand as lone surrogates.
    url          BLOB NOT NULL,
    -- sha256 of the certificate that a person said yes to.
    fingerprint  TEXT,
    -- Plain HTTP outside private networks was allowed.
    is_insecure  INTEGER NOT NULL,
    -- NULL: it was never asked.
    seen         TEXT CHECK (seen IN ('online', 'limited', 'offline', 'certificate_problem')),
    seen_at      INTEGER,
    error_code   TEXT,
    error        TEXT,
    -- The greater, the later it worked: the order in which they are tried.
    turn         INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source_id, url)
);

INSERT INTO addresses (source_id, url, fingerprint, is_insecure, seen, error_code, error)
SELECT sources.id, CAST(address.value AS BLOB), sources.fingerprint, sources.is_insecure,
       CASE WHEN sources.is_offline THEN 'offline' END,
       CASE WHEN sources.is_offline THEN sources.last_error_code END,
       CASE WHEN sources.is_offline THEN sources.last_error END
  FROM sources, json_each(sources.urls) AS address
 ORDER BY sources.id, address.key;

ALTER TABLE sources DROP COLUMN urls;
ALTER TABLE sources DROP COLUMN fingerprint;
ALTER TABLE sources DROP COLUMN is_insecure;
