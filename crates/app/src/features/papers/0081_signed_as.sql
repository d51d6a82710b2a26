-- The lines over the signature, as printed: the office in which it was signed.
ALTER TABLE reports ADD COLUMN authority TEXT;
