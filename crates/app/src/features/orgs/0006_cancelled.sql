-- Who took a reorganisation back, and why: a reason is asked for once it was decided.
ALTER TABLE reorganisations ADD COLUMN cancelled_by BYTES;
ALTER TABLE reorganisations ADD COLUMN cancelled_why TEXT;
