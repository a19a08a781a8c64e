-- Imports of files with rows to mend, and what came after them: Home looks for
-- them each time it is shown.
CREATE INDEX import_rejected ON import (organisation, started_at) WHERE rejected > 0 AND api_key IS NULL;
CREATE INDEX import_files ON import (organisation, definition, id) WHERE api_key IS NULL;
