-- The import of the batch that has this name while it comes in, part by part;
-- NULL once there is an answer. Until then the answer is empty.
ALTER TABLE idempotency ADD COLUMN import INTEGER REFERENCES import;
CREATE INDEX idempotency_import ON idempotency (import) WHERE import IS NOT NULL;
