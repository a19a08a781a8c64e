-- What became of an upload, for its log: one row for each act.
CREATE TABLE certificate_event (
    id           INTEGER PRIMARY KEY,
    certificate  INTEGER NOT NULL REFERENCES certificate,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    event        TEXT NOT NULL CHECK (event IN ('published', 'refused', 'unpublished', 'again', 'tested', 'test_failed'))
) STRICT;
CREATE INDEX certificate_event_of ON certificate_event (certificate);
