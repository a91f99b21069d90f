-- What is older than it is to be kept is found by kind and age.
CREATE INDEX messages_by_age ON messages (kind, sent_ms);

-- Of a passing message only the trace is kept, without its text, and not for long: it was said in private where the
-- server keeps nothing private.
ALTER TABLE messages ADD COLUMN passing INTEGER NOT NULL DEFAULT 0 CHECK (passing IN (0, 1));
CREATE INDEX messages_passing ON messages (sent_ms) WHERE passing = 1;
