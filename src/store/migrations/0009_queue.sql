-- One organisation's deliveries by state, newest first, and how many there are.
CREATE INDEX delivery_of ON delivery (organisation, state, id, service);

CREATE INDEX objection_page ON objection (organisation, id);

-- What an auditor of one organisation sees, and who ended an import.
CREATE INDEX audit_of ON audit (organisation, seq);
CREATE INDEX audit_import ON audit (organisation, json_extract(details, '$.import')) WHERE act = 'import.end';
