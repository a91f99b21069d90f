-- Files that go with messages. Their bytes lie in the folder files/: ID.part while they come, then ID. `hash` is set once
-- all bytes are there and are what the sender announced. `owner` is whose they are: the sender, whose quota they count
-- to. The place is kept, since an upload outlives a restart and the sender's sign-in.
CREATE TABLE files (
    id       TEXT    PRIMARY KEY,
    owner    TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    bytes    INTEGER NOT NULL,
    kind     TEXT    NOT NULL CHECK (kind IN ('file', 'image', 'note')),
    note_ms  INTEGER,
    waveform BLOB,
    caption  TEXT    NOT NULL,
    hash     TEXT,
    place    TEXT    NOT NULL CHECK (place IN ('world', 'room', 'private')),
    room_key TEXT,
    room     TEXT,
    to_owner TEXT,
    to_name  TEXT,
    begun_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX files_by_owner ON files (owner);

-- The file that a message shows; null where it has none, or where it was deleted.
ALTER TABLE messages ADD COLUMN file TEXT;
CREATE INDEX messages_by_file ON messages (file) WHERE file IS NOT NULL;
