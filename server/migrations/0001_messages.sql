-- Everything that was said. `thread` names the conversation across restarts: 'world', 'map/<room key>' for a room of
-- the map, 'made/<random>' for one life of a room that people created, 'pair/<owner>/<owner>' for two people.
-- Names stand beside the keys they are compared by, because people leave and history stays. Private history does not go
-- by names but by owners: the BLAKE3 hash of the secret that each client shows when it signs in.
CREATE TABLE messages (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL CHECK (kind IN ('world', 'room', 'private')),
    thread   TEXT    NOT NULL,
    room     TEXT,
    from_key TEXT    NOT NULL,
    from_name TEXT   NOT NULL,
    to_key   TEXT,
    to_name  TEXT,
    -- Of private messages: whose client wrote it, and whose it was written to.
    from_owner TEXT,
    to_owner TEXT,
    -- Which run of the server took the message, and the writer's id in that run.
    run      INTEGER NOT NULL,
    writer   INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    sent_ms  INTEGER NOT NULL,
    CHECK ((kind = 'private') = (from_owner IS NOT NULL AND to_owner IS NOT NULL))
);

-- Every page is read by this one; the thread of a private conversation is its pair of owners.
CREATE INDEX messages_by_thread ON messages (thread, id);
