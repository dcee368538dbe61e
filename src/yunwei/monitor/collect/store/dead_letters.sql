-- list_letters: Dead letters for a list, with the names of their sources.
SELECT d.id, d.tenant_id, t.name AS tenant_name, d.source_id, coalesce(s.name, '') AS source_name,
       d.kind, d.state, d.received_at, d.address, d.error, substring(d.data FOR 200) AS beginning,
       octet_length(d.data) AS size_bytes, d.original IS NOT NULL AS is_repaired, d.attempts,
       d.note, d.closed_by, d.closed_at
  FROM collect_deadletter d
  JOIN people_tenant t ON t.id = d.tenant_id
  LEFT JOIN collect_source s ON s.id = d.source_id

-- fetch_letter: One dead letter among some tenants, with all that it holds.
SELECT d.id, d.tenant_id, t.name AS tenant_name, d.source_id, coalesce(s.name, '') AS source_name,
       d.kind, d.state, d.received_at, d.address, d.error, d.data, d.original, d.attempts, d.note,
       d.closed_by, d.closed_at
  FROM collect_deadletter d
  JOIN people_tenant t ON t.id = d.tenant_id
  LEFT JOIN collect_source s ON s.id = d.source_id
 WHERE d.id = %(id)s AND d.tenant_id = ANY(%(tenants)s)

-- add_letters: Keeps what could not be understood; the same one once.
INSERT INTO collect_deadletter (
       intake_id, tenant_id, source_id, received_at, address, kind, error, data)
SELECT r.intake_id, coalesce(t.id, %(fallback)s), s.id, r.received_at, r.address, r.kind, r.error,
       decode(r.data, 'base64')
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       intake_id text, tenant bigint, source bigint, received_at timestamptz, address text,
       kind text, error text, data text)
  LEFT JOIN people_tenant t ON t.id = r.tenant
  LEFT JOIN collect_source s ON s.id = r.source
ON CONFLICT (intake_id) DO NOTHING

-- lock_letter: One dead letter among some tenants, locked until the end of the transaction.
SELECT id, tenant_id, source_id, kind, state, received_at, address, error, data, original,
       attempts, note, closed_by, closed_at
  FROM collect_deadletter
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- change_letter: Replaces what a letter holds; what came first is kept.
UPDATE collect_deadletter
   SET data = %(data)s, original = coalesce(original, data)
 WHERE id = %(id)s

-- revert_letter: Lets a letter hold again what came first.
UPDATE collect_deadletter SET data = original, original = NULL WHERE id = %(id)s

-- restore_letter: Takes back that a letter is not needed.
UPDATE collect_deadletter
   SET state = 'open', note = '', closed_by = '', closed_at = NULL
 WHERE id = %(id)s

-- replay_letter: Says that a letter is on its way once more.
UPDATE collect_deadletter
   SET state = 'replaying', attempts = %(count)s, closed_by = %(by)s, closed_at = %(at)s
 WHERE id = %(id)s

-- discard_letter: Says that a letter is not needed, and why.
UPDATE collect_deadletter
   SET state = 'discarded', note = %(text)s, closed_by = %(by)s, closed_at = %(at)s
 WHERE id = %(id)s

-- reopen_letter: Says that a letter was not understood once more, and why.
UPDATE collect_deadletter
   SET state = 'open', error = %(error)s, closed_by = '', closed_at = NULL
 WHERE id = %(id)s
RETURNING tenant_id AS tenant

-- finish_letter: Says that a letter was understood in the end.
UPDATE collect_deadletter SET state = 'done', closed_at = %(at)s WHERE id = %(id)s
RETURNING tenant_id AS tenant

-- drop_old_letters: Forgets what was dealt with long ago, and samples of what was never accepted.
DELETE FROM collect_deadletter
 WHERE (state IN ('done', 'discarded') AND closed_at < %(at)s)
    OR (kind = 'refused' AND received_at < %(at)s)

-- count_open: How many letters wait, by source; null where that is not known.
SELECT source_id AS source, count(*) AS count
  FROM collect_deadletter
 WHERE state = 'open' AND tenant_id = ANY(%(tenants)s)
 GROUP BY source_id

-- sources_with_letters: Which sources have letters of their own that wait.
SELECT DISTINCT source_id AS source
  FROM collect_deadletter
 WHERE state IN ('open', 'replaying') AND source_id IS NOT NULL AND kind <> 'refused'
