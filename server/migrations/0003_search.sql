-- Finding words in what was said, in any script: three letters in a row, whatever stands around them, are a term.
CREATE VIRTUAL TABLE found USING fts5 (text, content = 'messages', content_rowid = 'id', tokenize = 'trigram');
INSERT INTO found (found) VALUES ('rebuild');

CREATE TRIGGER messages_found AFTER INSERT ON messages BEGIN
    INSERT INTO found (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER messages_lost AFTER DELETE ON messages BEGIN
    INSERT INTO found (found, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER messages_found_anew AFTER UPDATE OF text ON messages BEGIN
    INSERT INTO found (found, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO found (rowid, text) VALUES (new.id, new.text);
END;
