-- One row for the whole installation.
CREATE TABLE installation (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    key_check   BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    audit_seq   INTEGER NOT NULL DEFAULT 0,
    audit_head  BLOB NOT NULL
) STRICT;

-- Append-only; each mac covers the one before it.
CREATE TABLE audit (
    seq           INTEGER PRIMARY KEY,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    act           TEXT NOT NULL,
    organisation  INTEGER,
    details       TEXT NOT NULL,
    mac           BLOB NOT NULL
) STRICT;

CREATE TABLE organisation (
    id            INTEGER PRIMARY KEY,
    nihdi         TEXT NOT NULL UNIQUE,
    title         TEXT NOT NULL,
    cbe           TEXT NOT NULL DEFAULT '',
    ehp           TEXT NOT NULL DEFAULT '',
    -- Rises with every change that may hold a registration back.
    gate_version  INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE definition (
    id        INTEGER PRIMARY KEY,
    project   TEXT NOT NULL,
    name      TEXT NOT NULL,
    version   TEXT NOT NULL,
    source    TEXT NOT NULL,
    -- What the way out needs to know without reading the source.
    enrolment_required  INTEGER NOT NULL,
    has_patient         INTEGER NOT NULL,
    added_at  INTEGER NOT NULL,
    UNIQUE (name, version)
) STRICT;

CREATE TABLE certificate (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    thumbprint    TEXT NOT NULL,
    identity      TEXT NOT NULL,
    not_before    INTEGER NOT NULL,
    not_after     INTEGER NOT NULL,
    published     INTEGER NOT NULL,
    -- Sealed; NULL for an upload that was refused, which keeps its log only.
    credential    BLOB,
    added_at      INTEGER NOT NULL,
    log           TEXT NOT NULL
) STRICT;
CREATE INDEX certificate_of ON certificate (organisation, published);

-- An import is a job: what came, how far it is, what became of its rows.
CREATE TABLE import (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    file          TEXT NOT NULL,
    size          INTEGER NOT NULL,
    digest        BLOB NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'cancelled')),
    -- The byte of the decoded text, the line and the row up to which all is stored.
    position      INTEGER NOT NULL DEFAULT 0,
    line          INTEGER NOT NULL DEFAULT 0,
    row           INTEGER NOT NULL DEFAULT 0,
    header        BLOB,
    accepted      INTEGER NOT NULL DEFAULT 0,
    unchanged     INTEGER NOT NULL DEFAULT 0,
    rejected      INTEGER NOT NULL DEFAULT 0,
    corrections   INTEGER NOT NULL DEFAULT 0,
    warnings      INTEGER NOT NULL DEFAULT 0,
    -- Why it stopped: a finding's code and arguments as JSON.
    reason        TEXT,
    cancel        INTEGER NOT NULL DEFAULT 0,
    started_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX import_of ON import (organisation, digest);

CREATE TABLE finding (
    import    INTEGER NOT NULL REFERENCES import,
    row       INTEGER NOT NULL,
    number    INTEGER NOT NULL,
    line      INTEGER NOT NULL,
    column    TEXT NOT NULL,
    code      TEXT NOT NULL,
    severity  TEXT NOT NULL,
    shape     TEXT NOT NULL,
    args      TEXT NOT NULL,
    PRIMARY KEY (import, row, number)
) STRICT, WITHOUT ROWID;

-- Refused rows as they came, sealed, so that a file to mend can be made of them.
CREATE TABLE refused_rows (
    id      INTEGER PRIMARY KEY,
    import  INTEGER NOT NULL REFERENCES import,
    count   INTEGER NOT NULL,
    sealed  BLOB NOT NULL
) STRICT;
CREATE INDEX refused_rows_of ON refused_rows (import);

-- Up to 1,000 registrations of one import. The registration at place p of
-- block b has the id b * 1024 + p.
CREATE TABLE block (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    import        INTEGER NOT NULL REFERENCES import,
    count         INTEGER NOT NULL,
    -- How many of them are submitted and in no batch yet.
    pending       INTEGER NOT NULL,
    directory     BLOB NOT NULL,
    data          BLOB NOT NULL,
    local         BLOB NOT NULL
) STRICT;
CREATE INDEX block_pending ON block (organisation, definition, id, pending) WHERE pending > 0;
CREATE INDEX block_import ON block (import);

CREATE TABLE registration (
    id        INTEGER PRIMARY KEY,
    revision  INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    batch     INTEGER
) STRICT;

-- The newest registration of each business key, by the key's keyed hash:
-- single ones in a tree, those of large imports in runs of sorted pages.
CREATE TABLE record (
    key           BLOB NOT NULL PRIMARY KEY,
    registration  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE record_run (
    id       INTEGER PRIMARY KEY,
    entries  INTEGER NOT NULL
) STRICT;

CREATE TABLE record_page (
    id       INTEGER PRIMARY KEY,
    run      INTEGER NOT NULL,
    first    BLOB NOT NULL,
    entries  BLOB NOT NULL
) STRICT;
CREATE INDEX record_page_of ON record_page (run, first);

-- The numbers 0 to 1,023: lets one statement write a block's registrations.
CREATE TABLE place (number INTEGER PRIMARY KEY) STRICT;
WITH RECURSIVE n(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM n WHERE number < 1023)
INSERT INTO place SELECT number FROM n;
