-- list_timetables: Timetables for a list, each with its latest start.
SELECT m.id, m.tenant_id, t.name AS tenant_name, m.name, m.script_id AS script,
       s.name AS script_name, m.times, m.choice, m.plan, m.values, m.missed, m.note, m.is_enabled,
       m.follow_ups, m.acts_for, m.since, m.changed_at,
       (SELECT count(*) FROM timetables_start a WHERE a.timetable_id = m.id) AS starts,
       l.due_at AS last_due_at, l.state AS last_state, coalesce(l.reason, '') AS last_reason,
       r.id AS last_run, r.state AS last_run_state, l.noted_at AS last_noted_at
  FROM timetables_timetable m
  JOIN people_tenant t ON t.id = m.tenant_id
  JOIN scripts_script s ON s.id = m.script_id
  LEFT JOIN LATERAL (SELECT a.due_at, a.state, a.reason, a.noted_at, a.run_id
                       FROM timetables_start a
                      WHERE a.timetable_id = m.id
                      ORDER BY a.due_at DESC
                      LIMIT 1) AS l ON TRUE
  LEFT JOIN runs_run r ON r.id = l.run_id
 WHERE m.removed_at IS NULL

-- list_starts: Starts for a list, each with its run.
SELECT a.id, a.timetable_id AS timetable, m.name AS timetable_name, m.tenant_id, a.due_at,
       a.until_at, a.noted_at, a.state, a.reason, a.left_out, a.by, a.run_id AS run,
       r.state AS run_state, r.total, r.counts
  FROM timetables_start a
  JOIN timetables_timetable m ON m.id = a.timetable_id
  LEFT JOIN runs_run r ON r.id = a.run_id

-- add_timetable: A new timetable; nothing when the tenant has one of that name.
INSERT INTO timetables_timetable (
       tenant_id, script_id, name, times, choice, plan, values, missed, follow_ups, note, is_enabled,
       acts_for, since, changed_at)
VALUES (%(tenant)s, %(script)s, %(name)s, %(times)s::jsonb, %(choice)s::jsonb, %(plan)s::jsonb,
        %(values)s::jsonb, %(missed)s, %(follow_ups)s::jsonb, %(note)s, %(is_enabled)s,
        %(acts_for)s, %(now)s, %(now)s)
ON CONFLICT (tenant_id, name) WHERE removed_at IS NULL DO NOTHING
RETURNING id

-- change_timetable: A timetable as it is from now on; nothing of before is caught up.
UPDATE timetables_timetable
   SET name = %(name)s, times = %(times)s::jsonb, choice = %(choice)s::jsonb,
       plan = %(plan)s::jsonb, values = %(values)s::jsonb, missed = %(missed)s,
       follow_ups = %(follow_ups)s::jsonb, note = %(note)s, is_enabled = %(is_enabled)s,
       acts_for = %(acts_for)s, since = %(now)s, changed_at = %(now)s
 WHERE id = %(id)s AND removed_at IS NULL

-- name_is_taken: Whether a tenant has another timetable of this name.
SELECT id FROM timetables_timetable
 WHERE tenant_id = %(tenant)s AND name = %(name)s AND removed_at IS NULL AND id <> %(but)s

-- remove_timetable: A timetable that is over for good; its starts stay told.
UPDATE timetables_timetable SET removed_at = %(now)s, is_enabled = false WHERE id = %(id)s

-- lock_timetable: One timetable that is on, unless another copy has it in hand.
SELECT id FROM timetables_timetable
 WHERE id = %(id)s AND is_enabled AND removed_at IS NULL FOR UPDATE SKIP LOCKED

-- add_start: A time that was due, and what is done about it; nothing when that was said before.
INSERT INTO timetables_start (timetable_id, due_at, until_at, noted_at, state, reason, by)
VALUES (%(timetable)s, %(due_at)s, %(until_at)s, %(now)s, %(state)s, %(reason)s, %(by)s)
ON CONFLICT (timetable_id, due_at) DO NOTHING
RETURNING id

-- open_starts: Starts whose runs are not there yet.
SELECT id FROM timetables_start WHERE state = 'intended' ORDER BY id LIMIT %(limit)s

-- note_started: The run of a start.
UPDATE timetables_start SET state = 'started', run_id = %(run)s, left_out = %(left_out)s
 WHERE id = %(id)s AND state = 'intended'

-- note_ended: A start that came to no run, and why.
UPDATE timetables_start SET state = %(state)s, reason = %(reason)s
 WHERE id = %(id)s AND state = 'intended'

-- run_before: The latest run of the same timetable before a run's.
SELECT b.run_id AS run
  FROM timetables_start a
  JOIN timetables_start b ON b.timetable_id = a.timetable_id AND b.due_at < a.due_at
 WHERE a.run_id = %(run)s AND b.run_id IS NOT NULL
 ORDER BY b.due_at DESC
 LIMIT 1
