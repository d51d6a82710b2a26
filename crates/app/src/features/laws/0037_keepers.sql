-- The unit that brought a law keeps it, with those who keep the registry for everybody.
ALTER TABLE laws ADD COLUMN keeper_id BYTES REFERENCES units (id);
