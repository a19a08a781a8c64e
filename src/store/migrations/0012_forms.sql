-- What a person enters by form of a definition on one day is one import, so
-- that the history stays readable.
CREATE TABLE entry_day (
    account       INTEGER NOT NULL REFERENCES account,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    definition    INTEGER NOT NULL REFERENCES definition,
    day           TEXT NOT NULL,
    import        INTEGER NOT NULL UNIQUE REFERENCES import,
    PRIMARY KEY (account, organisation, definition, day)
) STRICT, WITHOUT ROWID;

-- What a person typed in a form and did not save: one for each person and form,
-- sealed. The path names a definition or a registration, never a patient.
CREATE TABLE kept_form (
    account       INTEGER NOT NULL REFERENCES account,
    organisation  INTEGER NOT NULL REFERENCES organisation,
    path          TEXT NOT NULL,
    sealed        BLOB NOT NULL,
    at            INTEGER NOT NULL,
    PRIMARY KEY (account, path)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_form_at ON kept_form (at);
