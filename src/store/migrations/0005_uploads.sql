-- A file that a person sent: it waits for its dry run, then for the person,
-- then for its import. The file itself lies sealed in `uploads`.
CREATE TABLE upload (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    -- The account that sent it, and the author of rows that name none.
    account       INTEGER NOT NULL REFERENCES account,
    author        TEXT NOT NULL,
    -- Its name, without folders and without a patient's number.
    file          TEXT NOT NULL,
    size          INTEGER NOT NULL,
    digest        BLOB NOT NULL,
    -- The name of the sealed file; NULL once it is deleted.
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

CREATE INDEX upload_of ON upload (organisation, id);
CREATE INDEX upload_open ON upload (state, id) WHERE sealed IS NOT NULL;
CREATE INDEX upload_import ON upload (import) WHERE import IS NOT NULL;

CREATE INDEX finding_of ON finding (import, code, column, severity);
