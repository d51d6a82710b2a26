-- The digest of an article as it reads: what rests on it knows by this that it was changed.
ALTER TABLE law_nodes ADD COLUMN version TEXT NOT NULL DEFAULT '';
-- Words, items or provisions of the other document only.
ALTER TABLE law_relations ADD COLUMN partial BOOLEAN NOT NULL DEFAULT FALSE;
-- Provisions that name another document or provisions of it, as read from the text.
CREATE TABLE law_citations (
    from_id BYTES NOT NULL REFERENCES laws (id),
    -- Empty: the document as a whole.
    from_path TEXT NOT NULL,
    relation TEXT NOT NULL,
    to_key TEXT NOT NULL,
    to_path TEXT NOT NULL,
    -- The article that holds to_path, or to_path itself.
    to_article TEXT NOT NULL,
    PRIMARY KEY (from_id, from_path, relation, to_key, to_path)
);
CREATE INDEX law_citations_to ON law_citations (to_key, to_article);
-- What a document tells to do with the text of another, and what became of it.
CREATE TABLE law_amendments (
    id BYTES PRIMARY KEY,
    from_id BYTES NOT NULL REFERENCES laws (id),
    seq BIGINT NOT NULL,
    -- Where in the amending document it stands.
    from_path TEXT NOT NULL,
    to_key TEXT NOT NULL,
    to_number TEXT NOT NULL,
    -- The address of the provision; empty: the document as a whole.
    to_path TEXT NOT NULL,
    -- What is changed and how, as JSON.
    target TEXT NOT NULL,
    act TEXT NOT NULL,
    sentence TEXT NOT NULL,
    -- found, applied, undone, settled: a person found that nothing is left to do.
    state TEXT NOT NULL,
    -- Of what was applied: the document, the first day of the new text, the edits as JSON.
    to_id BYTES REFERENCES laws (id),
    day TEXT,
    edits TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    account_id BYTES
);
CREATE INDEX law_amendments_from ON law_amendments (from_id, seq);
CREATE INDEX law_amendments_waiting ON law_amendments (to_key, state);
CREATE INDEX law_amendments_applied ON law_amendments (to_id, day);
-- What is new, a sentence of laws.news each, with the article that it rests on as it read then.
CREATE TABLE law_news (
    law_id BYTES NOT NULL REFERENCES laws (id),
    sentence TEXT NOT NULL,
    path TEXT NOT NULL,
    version TEXT NOT NULL,
    PRIMARY KEY (law_id, sentence)
);
-- Fields of law and audiences of articles, as a person confirmed them.
CREATE TABLE law_concerns (
    law_id BYTES NOT NULL REFERENCES laws (id),
    path TEXT NOT NULL,
    -- field, audience
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (law_id, path, kind, code)
);
-- A document with what confirmed relations say of its effect: this counts where no date was entered. To replace a law
-- does not end what guides it.
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
