-- What is fetched for a rule may take less room than the server's own files.
ALTER TABLE rules ADD COLUMN quality TEXT NOT NULL DEFAULT 'original';
