-- What this installation's own server shows and what it needs for that: at
-- most one of each kind. A key is sealed; names stand one on a line.
CREATE TABLE server_certificate (
    -- authority: the installation's own; issued: by it; given: the hospital's;
    -- request: a key that waits for its certificate, chain being the request.
    kind        TEXT PRIMARY KEY CHECK (kind IN ('authority', 'issued', 'given', 'request')),
    names       TEXT NOT NULL,
    chain       TEXT NOT NULL,
    key         BLOB NOT NULL,
    not_before  INTEGER NOT NULL,
    not_after   INTEGER NOT NULL,
    added_at    INTEGER NOT NULL
) STRICT;
