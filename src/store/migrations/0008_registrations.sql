-- Who made the registrations of a block, sealed: from which place on which
-- author and co-author. Apart, because a list reads it and nothing else.
CREATE TABLE authorship (
    block   INTEGER PRIMARY KEY REFERENCES block,
    sealed  BLOB NOT NULL
) STRICT;

-- The blocks that name a person, by the keyed hash of the e-mail address.
CREATE TABLE block_person (
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    person        BLOB NOT NULL,
    block         INTEGER NOT NULL REFERENCES block,
    PRIMARY KEY (organisation, definition, person, block)
) STRICT, WITHOUT ROWID;

-- The registration that each correction replaced.
CREATE TABLE correction (
    registration  INTEGER PRIMARY KEY,
    earlier       INTEGER NOT NULL
) STRICT;

-- Registrations that were taken back. What may have left before is taken back
-- at the platform, too, under a revision of its own; for what never left that
-- is NULL. The batch is the one that tells the platform.
CREATE TABLE withdrawal (
    registration  INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    -- What the person added, sealed.
    note          BLOB,
    revision      INTEGER,
    batch         INTEGER REFERENCES batch
) STRICT;
CREATE INDEX withdrawal_waiting ON withdrawal (organisation, definition) WHERE revision IS NOT NULL AND batch IS NULL;
CREATE INDEX withdrawal_batch ON withdrawal (organisation, batch) WHERE batch IS NOT NULL;
