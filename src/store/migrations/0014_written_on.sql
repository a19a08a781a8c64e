-- Files in ARCHIVE are looked after for a time: one that is written on after
-- it was taken is taken again.
ALTER TABLE dropped ADD COLUMN archived_at INTEGER;
-- Whether it was written on.
ALTER TABLE dropped ADD COLUMN written_on INTEGER NOT NULL DEFAULT 0;
