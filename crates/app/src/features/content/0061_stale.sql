-- How the article that holds the provision read when the post was last looked at: when it reads otherwise, the post is
-- stale.
ALTER TABLE post_sources ADD COLUMN article TEXT NOT NULL DEFAULT '';
ALTER TABLE post_sources ADD COLUMN version TEXT NOT NULL DEFAULT '';
