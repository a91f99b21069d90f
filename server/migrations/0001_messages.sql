-- Everything that was said. `thread` names the conversation across restarts: 'world', 'map/<room key>' for a room of
-- the map, 'made/<random>' for one life of a room that people created, 'pair/<key>/<key>' for two people.
-- Names stand beside the keys they are compared by, because people leave and history stays.
CREATE TABLE messages (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL CHECK (kind IN ('world', 'room', 'private')),
    thread   TEXT    NOT NULL,
    room     TEXT,
    from_key TEXT    NOT NULL,
    from_name TEXT   NOT NULL,
    to_key   TEXT,
    to_name  TEXT,
    -- Which run of the server took the message, and the writer's id in that run.
    run      INTEGER NOT NULL,
    writer   INTEGER NOT NULL,
    text     TEXT    NOT NULL,
    sent_ms  INTEGER NOT NULL
);

CREATE INDEX messages_by_thread ON messages (thread, id);
