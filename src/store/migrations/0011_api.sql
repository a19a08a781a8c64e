-- What systems prove themselves with: the SHA-256 of a random secret that only
-- they have.
CREATE TABLE api_key (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    name          TEXT NOT NULL,
    hash          BLOB NOT NULL UNIQUE,
    -- The names of the definitions that it is for, as a JSON list.
    definitions   TEXT NOT NULL,
    may_read      INTEGER NOT NULL,
    -- NULL if the machine's operator made it.
    made_by       INTEGER REFERENCES account,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    revoked_at    INTEGER
) STRICT;
CREATE INDEX api_key_of ON api_key (organisation, id);

-- An import that a system sent: a batch, or all that it sent one by one of a
-- definition on one day.
ALTER TABLE import ADD COLUMN api_key INTEGER REFERENCES api_key;
ALTER TABLE import ADD COLUMN day TEXT;
CREATE UNIQUE INDEX import_day ON import (api_key, definition, day) WHERE day IS NOT NULL;
CREATE INDEX import_batch ON import (api_key) WHERE api_key IS NOT NULL AND day IS NULL AND state = 'running';

-- The answers to requests that carried an Idempotency-Key, for a day. The name
-- and the request are keyed hashes; the answer is sealed.
CREATE TABLE idempotency (
    api_key  INTEGER NOT NULL REFERENCES api_key,
    name     BLOB NOT NULL,
    request  BLOB NOT NULL,
    answer   BLOB NOT NULL,
    at       INTEGER NOT NULL,
    PRIMARY KEY (api_key, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_at ON idempotency (at);
