-- Whether the successor held the role already: then it stays as it is when the hand-over is undone.
ALTER TABLE hand_overs ADD COLUMN held_before BOOLEAN NOT NULL DEFAULT FALSE;
