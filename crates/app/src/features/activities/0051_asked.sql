-- The rows whose figures were asked about when they were recorded: reports look at all of them.
CREATE INDEX activities_asked ON activities (unit_id, day) WHERE open_questions > 0 OR reason <> '';
