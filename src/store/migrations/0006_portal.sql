-- Registrations whose state is their own. All others wait in their block or
-- have their batch's state, so that blocks and batches tell how many they are.
CREATE INDEX registration_own ON registration (state, id) WHERE state NOT IN (1, 3);

CREATE INDEX block_of ON block (organisation, definition, id);
CREATE INDEX batch_of ON batch (organisation, state, definition, count);
