-- What people search holds the reason too: emptied where there is one, and filled when the program starts.
CREATE INDEX activities_unfolded ON activities (shard_id, id) WHERE folded = '';
UPDATE activities SET folded = '' WHERE reason <> '';
