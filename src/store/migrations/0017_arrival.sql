-- When the registrations of a block arrived, in milliseconds since 1970; NULL
-- for those that came with the beginning of their import, as rows of files do.
ALTER TABLE block ADD COLUMN arrived_at INTEGER;

-- Of what was entered by form before, the audit knows it.
UPDATE block SET arrived_at = entered.at
FROM (SELECT json_extract(details, '$.registration') / 1024 AS block, min(at) AS at FROM audit
      WHERE act IN ('registration.enter', 'registration.draft') GROUP BY 1) AS entered
WHERE entered.block = block.id AND block.import IN (SELECT import FROM entry_day);
