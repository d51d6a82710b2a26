-- The first day on which whoever handed over no longer holds the role: the day after a hand-over of the same day.
ALTER TABLE hand_overs ADD COLUMN ended_until TEXT;
UPDATE hand_overs SET ended_until = day;
