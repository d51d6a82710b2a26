-- The unit that brought a law keeps it, with those who keep the registry for everybody.
ALTER TABLE laws ADD COLUMN keeper_id BYTES REFERENCES units (id);
-- The view has the columns that the table had when it was made.
DROP VIEW law_states;
CREATE VIEW law_states AS
SELECT l.*,
    (SELECT MIN(b.effective) FROM law_relations r JOIN laws b ON b.id = r.from_id
     WHERE r.to_id = l.id AND r.relation IN ('replaces', 'repeals', 'ends-effect')
       AND NOT r.partial AND NOT r.proposed) AS ended_by,
    (SELECT MIN(b.effective) FROM law_relations r JOIN laws b ON b.id = r.from_id
     WHERE r.to_id = l.id AND r.relation IN ('replaces', 'repeals', 'ends-effect')
       AND r.partial AND NOT r.proposed) AS partly_ended_by,
    (SELECT MIN(b.effective) FROM law_relations r JOIN laws b ON b.id = r.from_id
     WHERE r.to_id = l.id AND r.relation = 'suspends' AND NOT r.partial AND NOT r.proposed) AS suspended_by,
    (SELECT MIN(COALESCE(b.expires, (SELECT MIN(n.effective) FROM law_relations e JOIN laws n ON n.id = e.from_id
         WHERE e.to_id = b.id AND e.relation IN ('replaces', 'repeals', 'ends-effect')
           AND NOT e.partial AND NOT e.proposed)))
     FROM law_relations r JOIN laws b ON b.id = r.to_id
     WHERE r.from_id = l.id AND r.relation = 'guides' AND NOT r.proposed) AS basis_ends
FROM laws l;
