-- add_follow_up: What is to be run when a run is over.
INSERT INTO runs_followup (
       first_id, after_id, script_id, place, script_name, version, sha256, values, outcome,
       within_minutes, by, noted_at)
VALUES (%(first)s, %(after)s, %(script)s, %(place)s, %(script_name)s, %(version)s, %(sha256)s,
        %(values)s::jsonb, %(outcome)s::jsonb, %(within_minutes)s, %(by)s, %(now)s)

-- chain_of: All of the chains that a run is of, each script with its run.
SELECT f.id, o.tenant_id AS tenant, f.first_id AS first, f.place, f.after_id AS after,
       f.script_id AS script, f.script_name, f.version, f.sha256, f.values, f.outcome,
       f.within_minutes, f.by, f.state, f.reason, f.noted_at, f.run_id AS run,
       r.state AS run_state, coalesce(r.reason, '') AS run_reason, r.total
  FROM runs_followup f
  JOIN runs_run o ON o.id = f.first_id
  LEFT JOIN runs_run r ON r.id = f.run_id
 WHERE f.first_id IN (SELECT %(run)s::bigint
                       UNION
                      SELECT x.first_id FROM runs_followup x WHERE x.run_id = %(run)s::bigint)
 ORDER BY f.first_id, f.place

-- follow_up: One of them.
SELECT f.id, o.tenant_id AS tenant, f.first_id AS first, f.place, f.after_id AS after,
       f.script_id AS script, f.script_name, f.version, f.sha256, f.values, f.outcome,
       f.within_minutes, f.by, f.state, f.reason, f.noted_at, f.run_id AS run,
       r.state AS run_state, coalesce(r.reason, '') AS run_reason, r.total
  FROM runs_followup f
  JOIN runs_run o ON o.id = f.first_id
  LEFT JOIN runs_run r ON r.id = f.run_id
 WHERE f.id = %(id)s

-- due_follow_ups: What waits for a run that is over, unless a copy has it in hand.
SELECT f.id
  FROM runs_followup f
  JOIN runs_run a ON a.id = f.after_id
 WHERE f.state = 'waiting' AND a.state NOT IN ('running', 'stopping', 'asked')
   AND (f.held_until IS NULL OR f.held_until <= %(now)s)
 ORDER BY f.id
 LIMIT %(limit)s

-- hold_follow_up: A copy takes it in hand.
UPDATE runs_followup SET held_until = %(until)s
 WHERE id = %(id)s AND state = 'waiting' AND (held_until IS NULL OR held_until <= %(now)s)
RETURNING id

-- note_followed: Its run is there, whatever was said meanwhile; the next waits for that one's end.
WITH started AS (
     UPDATE runs_followup SET state = 'started', run_id = %(run)s, reason = '', noted_at = %(now)s
      WHERE id = %(id)s AND run_id IS NULL
     RETURNING first_id, place)
UPDATE runs_followup f SET after_id = %(run)s
  FROM started s
 WHERE f.first_id = s.first_id AND f.place = s.place + 1

-- note_not_followed: There is no run, and why.
UPDATE runs_followup SET state = %(state)s, reason = %(reason)s, noted_at = %(now)s
 WHERE id = %(id)s AND state = 'waiting'
RETURNING id

-- drop_later: What stood behind one of a chain that came to no run.
UPDATE runs_followup SET state = 'skipped', reason = %(reason)s, noted_at = %(now)s
 WHERE first_id = %(first)s AND place > %(place)s AND state = 'waiting'
RETURNING id
