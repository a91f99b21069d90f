-- What becomes of messages after they were said. `from_owner` is kept of all messages from now on, so that their writers
-- can change them; of private ones it is still what their history goes by, and `to_owner` is set for those alone.
ALTER TABLE messages ADD COLUMN edited_ms INTEGER;
-- Of a deleted message the place stays, and nothing of what it said.
ALTER TABLE messages ADD COLUMN deleted_ms INTEGER;
-- The message of the same thread that it answers.
ALTER TABLE messages ADD COLUMN reply_to INTEGER;

-- Emoji that people put to messages. `name` is how the person was called then.
CREATE TABLE reactions (
    message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    emoji   TEXT    NOT NULL,
    owner   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    put_ms  INTEGER NOT NULL,
    PRIMARY KEY (message, emoji, owner)
) WITHOUT ROWID;
CREATE INDEX reactions_by_owner ON reactions (owner);

-- Whom messages mention.
CREATE TABLE mentions (
    message INTEGER NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    owner   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    PRIMARY KEY (message, owner)
) WITHOUT ROWID;
CREATE INDEX mentions_by_owner ON mentions (owner);

-- What is deleted or written anew leaves the index at once, and not only when its parts are merged.
INSERT INTO found (found, rank) VALUES ('secure-delete', 1);
