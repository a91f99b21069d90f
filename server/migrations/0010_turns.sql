-- Turns at talking that a room's talk log keeps: notes that the server wrote. They count to all files, and to nobody's own.
ALTER TABLE files ADD COLUMN is_turn INTEGER NOT NULL DEFAULT 0 CHECK (is_turn IN (0, 1));
