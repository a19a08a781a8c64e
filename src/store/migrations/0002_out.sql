CREATE TABLE enrolment (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    project       TEXT NOT NULL,
    -- The first eight digits of the NIHDI number, which tell physicians apart.
    physician     TEXT NOT NULL,
    nihdi         TEXT NOT NULL,
    since         TEXT NOT NULL,
    -- The last day of taking part.
    until         TEXT
) STRICT;
CREATE INDEX enrolment_of ON enrolment (organisation, project, physician);

CREATE TABLE objection (
    id            INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    -- NULL stands for every project.
    project       TEXT,
    patient       BLOB NOT NULL,
    sealed        BLOB NOT NULL,
    since         INTEGER NOT NULL,
    ended_at      INTEGER
) STRICT;
CREATE INDEX objection_of ON objection (organisation, patient);

-- What holds a registration back, and what would release it.
CREATE TABLE held (
    registration  INTEGER PRIMARY KEY,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    project       TEXT NOT NULL,
    reasons       INTEGER NOT NULL,
    physician     TEXT,
    patient       BLOB
) STRICT;
CREATE INDEX held_physician ON held (organisation, project, physician);
CREATE INDEX held_patient ON held (organisation, patient);
CREATE INDEX held_free ON held (organisation) WHERE reasons = 0;

-- State: 3 queued, 4 sent, 5 consolidated, 6 refused, as of a registration;
-- 9 dissolved. Registrations of state 3 take their batch's.
CREATE TABLE batch (
    id             INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    organisation   INTEGER NOT NULL REFERENCES organisation,
    definition     INTEGER NOT NULL REFERENCES definition,
    state          INTEGER NOT NULL,
    count          INTEGER NOT NULL,
    gate_version   INTEGER NOT NULL,
    gate_day       TEXT NOT NULL,
    -- Whether anything of it may have left.
    transmitted    INTEGER NOT NULL DEFAULT 0,
    codes_deleted  INTEGER NOT NULL DEFAULT 0,
    refused        INTEGER NOT NULL DEFAULT 0,
    reason         TEXT,
    created_at     INTEGER NOT NULL,
    -- When the outcome is asked for next, and until when somebody is asking.
    ask_at         INTEGER,
    asked          INTEGER NOT NULL DEFAULT 0,
    lease          INTEGER NOT NULL DEFAULT 0,
    ended_at       INTEGER,
    -- The registrations' ids in the order of their lines, 8 bytes each. Last,
    -- so that the other columns are read without it.
    members        BLOB NOT NULL
) STRICT;
CREATE INDEX batch_ask ON batch (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX batch_state ON batch (state, codes_deleted, count);

CREATE TABLE delivery (
    id            INTEGER PRIMARY KEY,
    batch         INTEGER NOT NULL REFERENCES batch,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    service       TEXT NOT NULL CHECK (service IN ('ttp', 'platform')),
    stream        TEXT NOT NULL CHECK (stream IN ('identities', 'registrations')),
    state         TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'parked', 'dissolved')),
    count         INTEGER NOT NULL,
    digest        TEXT NOT NULL,
    -- Attempts made since a person last acted, and whether one may have arrived.
    attempts      INTEGER NOT NULL DEFAULT 0,
    unsure        INTEGER NOT NULL DEFAULT 0,
    next_at       INTEGER NOT NULL,
    lease         INTEGER NOT NULL DEFAULT 0,
    reason        TEXT,
    receipt       TEXT,
    changed_at    INTEGER NOT NULL,
    UNIQUE (batch, stream)
) STRICT;
CREATE INDEX delivery_due ON delivery (service, next_at) WHERE state = 'queued';
CREATE INDEX delivery_queued ON delivery (organisation) WHERE state = 'queued';
CREATE INDEX delivery_parked ON delivery (organisation) WHERE state = 'parked';
CREATE INDEX delivery_claimed ON delivery (service, organisation, lease) WHERE lease > 0;

-- The sealed body of a delivery; gone once the receipt is in. Apart, so that a
-- claim does not write it again.
CREATE TABLE body (
    delivery  INTEGER PRIMARY KEY REFERENCES delivery,
    sealed    BLOB NOT NULL
) STRICT;

-- The history of a delivery: one row for each attempt and each act of a person.
CREATE TABLE attempt (
    id        INTEGER PRIMARY KEY,
    delivery  INTEGER NOT NULL REFERENCES delivery,
    at        INTEGER NOT NULL,
    outcome   TEXT NOT NULL,
    detail    TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_of ON attempt (delivery);

CREATE TABLE refusal (
    registration  INTEGER PRIMARY KEY,
    reason        TEXT NOT NULL
) STRICT;

-- What is shown once when a state changes, until it changes back.
CREATE TABLE alert (
    subject   TEXT PRIMARY KEY,
    reason    TEXT NOT NULL,
    since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
