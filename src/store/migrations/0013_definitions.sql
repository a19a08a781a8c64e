-- The names of the definitions that the organisation is limited to, as a JSON
-- list; all definitions if it is empty.
ALTER TABLE organisation ADD COLUMN definitions TEXT NOT NULL DEFAULT '[]';

-- What becomes of the drafts of older major versions of a definition since this
-- major version is there, if somebody was asked.
CREATE TABLE older_drafts (
    name    TEXT NOT NULL,
    major   INTEGER NOT NULL,
    choice  TEXT NOT NULL CHECK (choice IN ('keep', 'carry', 'close')),
    PRIMARY KEY (name, major)
) STRICT, WITHOUT ROWID;
