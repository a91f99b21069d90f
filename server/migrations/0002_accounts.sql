-- Names that belong to somebody. `owner` is whose private history it is (see messages.from_owner): made by the server
-- for the account, so that no client's own secret opens it. `password` is an Argon2id hash in the PHC form.
CREATE TABLE accounts (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name_key TEXT    NOT NULL UNIQUE,
    name     TEXT    NOT NULL,
    owner    TEXT    NOT NULL UNIQUE,
    role     TEXT    NOT NULL CHECK (role IN ('owner', 'moderator', 'member')),
    password TEXT    NOT NULL,
    made_ms  INTEGER NOT NULL
);

-- What clients that stay signed in show instead of the password: the BLAKE3 hash of a random token.
CREATE TABLE stays (
    token    TEXT    PRIMARY KEY,
    account  INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    used_ms  INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX stays_by_account ON stays (account, used_ms);

-- Private messages are given to the account of whoever registers, and parted from it when it is deleted.
CREATE INDEX messages_by_from_owner ON messages (from_owner) WHERE from_owner IS NOT NULL;
CREATE INDEX messages_by_to_owner ON messages (to_owner) WHERE to_owner IS NOT NULL;
CREATE INDEX messages_by_from_key ON messages (from_key);
