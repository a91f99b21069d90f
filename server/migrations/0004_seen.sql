-- When the holder of an account was here last: what was written to them since then is shown when they come back.
ALTER TABLE accounts ADD COLUMN seen_ms INTEGER NOT NULL DEFAULT 0;
UPDATE accounts SET seen_ms = made_ms;
