-- fetch_state: What a comparison goes on from.
SELECT waiting, wanted_at FROM collect_reconciliation WHERE source_id = %(source)s

-- save_result: Writes how a comparison went.
INSERT INTO collect_reconciliation AS r (
       tenant_id, source_id, at, tried_at, is_complete, listed, raised, cleared, raised_total,
       cleared_total, waiting)
VALUES (%(tenant)s, %(source)s, %(at)s, %(at)s, %(is_complete)s, %(listed)s, %(raised)s,
        %(cleared)s, %(raised)s, %(cleared)s, %(waiting)s)
ON CONFLICT (source_id) DO UPDATE SET
       at = excluded.at, tried_at = excluded.at, is_complete = excluded.is_complete,
       listed = excluded.listed, raised = excluded.raised, cleared = excluded.cleared,
       raised_total = r.raised_total + excluded.raised,
       cleared_total = r.cleared_total + excluded.cleared, waiting = excluded.waiting,
       wanted_at = CASE WHEN r.wanted_at > excluded.at THEN r.wanted_at END, error = ''

-- save_failure: Writes that a source's list could not be had, and why.
INSERT INTO collect_reconciliation AS r (tenant_id, source_id, tried_at, error)
VALUES (%(tenant)s, %(source)s, %(at)s, %(error)s)
ON CONFLICT (source_id) DO UPDATE SET
       tried_at = excluded.tried_at, error = excluded.error,
       wanted_at = CASE WHEN r.wanted_at > excluded.tried_at THEN r.wanted_at END

-- want: Asks for comparisons as soon as may be.
INSERT INTO collect_reconciliation (tenant_id, source_id, wanted_at)
SELECT tenant_id, id, %(at)s FROM collect_source
 WHERE id = ANY(%(sources)s) AND removed_at IS NULL
ON CONFLICT (source_id) DO UPDATE SET wanted_at = excluded.wanted_at

-- of_source: How the comparisons of a source go.
SELECT source_id AS source, at, tried_at, is_complete, listed, raised, cleared, raised_total,
       cleared_total, jsonb_array_length(waiting) AS waiting, wanted_at, error
  FROM collect_reconciliation
 WHERE source_id = %(source)s
