-- Uploads come from people in the portal, or as files out of the drop folder,
-- and those nobody sends: the account may be missing.
CREATE TABLE upload_anew (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    source        TEXT NOT NULL CHECK (source IN ('portal', 'drop-folder')),
    -- The account that sent it, and the author of rows that name none.
    account       INTEGER REFERENCES account CHECK (source <> 'portal' OR account IS NOT NULL),
    author        TEXT NOT NULL,
    -- Its name, without folders and without a patient's number.
    file          TEXT NOT NULL,
    size          INTEGER NOT NULL,
    digest        BLOB NOT NULL,
    -- The name of the sealed file; NULL once it is not needed for an import.
    sealed        TEXT,
    state         TEXT NOT NULL
                  CHECK (state IN ('received', 'checked', 'importing', 'done', 'stopped', 'failed', 'cancelled', 'refused')),
    -- What the dry run told, sealed.
    dry_run       BLOB,
    import        INTEGER REFERENCES import,
    -- Why it ended: a finding's code and arguments as JSON.
    reason        TEXT,
    came_at       INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;

INSERT INTO upload_anew
SELECT id, organisation, definition, 'portal', account, author, file, size, digest, sealed, state,
       dry_run, import, reason, came_at, changed_at FROM upload;

DROP TABLE upload;
ALTER TABLE upload_anew RENAME TO upload;

CREATE INDEX upload_of ON upload (organisation, id);
CREATE INDEX upload_open ON upload (state, id) WHERE sealed IS NOT NULL;
CREATE INDEX upload_import ON upload (import) WHERE import IS NOT NULL;

-- An upload out of the drop folder whose file is not archived there yet, or
-- whose result is not written there yet. When both are done its row goes.
CREATE TABLE dropped (
    upload        INTEGER PRIMARY KEY REFERENCES upload,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    -- The folder it lay in, below the drop folder.
    folder        TEXT NOT NULL,
    -- By what the very file is known again: the keyed hash of its path, its
    -- size, and its time in nanoseconds since 1970.
    place         BLOB NOT NULL,
    size          INTEGER NOT NULL,
    modified      INTEGER NOT NULL,
    -- Its name in ARCHIVE, without a patient's number.
    archive       TEXT NOT NULL,
    archived      INTEGER NOT NULL DEFAULT 0,
    -- The sealed file that the result is made with; NULL once that is written.
    sealed        TEXT
) STRICT;

-- The drop folders that were set up: one that is empty where it should not be
-- is a network share that is not connected.
CREATE TABLE drop_folder (
    path     TEXT PRIMARY KEY,
    made_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
