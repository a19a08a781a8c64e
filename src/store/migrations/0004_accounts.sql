ALTER TABLE organisation ADD COLUMN deactivated_at INTEGER;
ALTER TABLE organisation ADD COLUMN requires_second_factor INTEGER NOT NULL DEFAULT 0;

-- What was changed about an organisation, by whom and why; before and after as JSON.
CREATE TABLE organisation_revision (
    organisation  INTEGER NOT NULL REFERENCES organisation,
    number        INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    actor         TEXT NOT NULL,
    message       TEXT NOT NULL,
    before        TEXT,
    after         TEXT NOT NULL,
    PRIMARY KEY (organisation, number)
) STRICT, WITHOUT ROWID;

-- A cancelled account stays, because the audit names it.
CREATE TABLE account (
    id                  INTEGER PRIMARY KEY,
    email               TEXT NOT NULL,
    -- The e-mail in lower case, by which it is looked up.
    email_key           TEXT NOT NULL,
    language            TEXT,
    manager             INTEGER NOT NULL DEFAULT 0,
    -- Argon2id, with its parameters.
    password            TEXT,
    -- Set while the password is a temporary one: until when it is good.
    temporary_until     INTEGER,
    -- The sealed secret, and the last time step that a code was taken for.
    second_factor       BLOB,
    second_factor_step  INTEGER NOT NULL DEFAULT 0,
    created_at          INTEGER NOT NULL,
    cancelled_at        INTEGER
) STRICT;
CREATE UNIQUE INDEX account_email ON account (email_key) WHERE cancelled_at IS NULL;

-- Each is good once; keyed hashes.
CREATE TABLE recovery_code (
    account  INTEGER NOT NULL REFERENCES account,
    hash     BLOB NOT NULL,
    PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- One row for each role of a member; projects as a JSON list.
CREATE TABLE member_role (
    organisation  INTEGER NOT NULL REFERENCES organisation,
    account       INTEGER NOT NULL REFERENCES account,
    role          TEXT NOT NULL,
    projects      TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (organisation, account, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_role_of ON member_role (account);

CREATE TABLE session (
    id          INTEGER PRIMARY KEY,
    -- SHA-256 of the token, which only the browser has.
    token       BLOB NOT NULL UNIQUE,
    account     INTEGER NOT NULL REFERENCES account,
    -- Whether the second factor was given, or is not asked for.
    complete    INTEGER NOT NULL,
    address     TEXT NOT NULL,
    browser     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX session_of ON session (account);

-- What a session keeps for its pages, sealed; gone with the session.
CREATE TABLE session_value (
    id       INTEGER PRIMARY KEY,
    session  INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
    name     TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    UNIQUE (session, name)
) STRICT;

-- Failed log-ins of a day, of an e-mail address (known or not, by its keyed
-- hash) or of a network address.
CREATE TABLE login_failure (
    subject     BLOB PRIMARY KEY,
    account     INTEGER REFERENCES account,
    address     TEXT NOT NULL,
    day         TEXT NOT NULL,
    failures    INTEGER NOT NULL,
    wait_until  INTEGER NOT NULL,
    last_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The code that makes the first User Manager: a keyed hash.
CREATE TABLE setup_code (
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    hash        BLOB NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
