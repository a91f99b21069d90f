-- Invitations, with which one may register where guests may not come in. `code` is the BLAKE3 hash of what is handed out.
CREATE TABLE invites (
    code      TEXT    PRIMARY KEY,
    uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
    ends_ms   INTEGER NOT NULL,
    made_by   TEXT    NOT NULL,
    made_ms   INTEGER NOT NULL
) WITHOUT ROWID;

-- Who may not come in. `whom` is an owner (see messages.from_owner), the key of a name that nobody has registered, or a
-- network. Without `until_ms` it is for good.
CREATE TABLE bans (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    kind     TEXT    NOT NULL CHECK (kind IN ('owner', 'name', 'network')),
    whom     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    name_key TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    until_ms INTEGER,
    made_by  TEXT    NOT NULL,
    made_ms  INTEGER NOT NULL,
    UNIQUE (kind, whom)
);

-- What was done to whom and by whom. A running server looks at the newest number to learn of changes.
CREATE TABLE audit (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms  INTEGER NOT NULL,
    who    TEXT    NOT NULL,
    what   TEXT    NOT NULL,
    whom   TEXT    NOT NULL,
    detail TEXT    NOT NULL
);
