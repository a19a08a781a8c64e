-- An import keeps so many findings of each severity and no more: how many it
-- has, what was counted beyond, and the rows that this was about.
ALTER TABLE import ADD COLUMN kept_errors INTEGER NOT NULL DEFAULT 0;
ALTER TABLE import ADD COLUMN kept_warnings INTEGER NOT NULL DEFAULT 0;
UPDATE import SET
    kept_errors = (SELECT count(*) FROM finding WHERE finding.import = import.id AND severity = 'error'),
    kept_warnings = (SELECT count(*) FROM finding WHERE finding.import = import.id AND severity = 'warning')
    WHERE state = 'running' OR day IS NOT NULL OR id IN (SELECT import FROM entry_day);

CREATE TABLE finding_left_out (
    import    INTEGER NOT NULL REFERENCES import,
    code      TEXT NOT NULL,
    column    TEXT NOT NULL,
    severity  TEXT NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (import, code, column, severity)
) STRICT, WITHOUT ROWID;

-- Rows that follow one another and have findings that were left out.
CREATE TABLE finding_left_out_row (
    import    INTEGER NOT NULL REFERENCES import,
    severity  TEXT NOT NULL,
    first     INTEGER NOT NULL,
    last      INTEGER NOT NULL,
    PRIMARY KEY (import, severity, first)
) STRICT, WITHOUT ROWID;
