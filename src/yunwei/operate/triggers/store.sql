-- list_triggers: Triggers for a list, with what they did so far.
SELECT m.id, m.tenant_id, t.name AS tenant_name, m.name, m.occasion, m.condition,
       m.script_id AS script, s.name AS script_name, m.values, m.off_s, m.wait_s, m.within_s,
       m.per_hour, m.cool_down_s, m.breaker_after, m.is_enabled, m.acts_for, m.misses, m.broken_at,
       m.changed_at,
       (SELECT count(*) FROM triggers_firing f
         WHERE f.trigger_id = m.id AND f.started_at IS NOT NULL) AS fired,
       (SELECT count(*) FROM triggers_firing f
         WHERE f.trigger_id = m.id AND f.started_at IS NOT NULL AND f.state = 'done') AS done
  FROM triggers_trigger m
  JOIN people_tenant t ON t.id = m.tenant_id
  JOIN scripts_script s ON s.id = m.script_id
 WHERE m.removed_at IS NULL

-- list_firings: Firings for a list.
SELECT f.id, f.trigger_id AS trigger, m.name AS trigger_name, m.tenant_id,
       f.desktop_id AS desktop, f.desktop_name, f.before, f.after, f.happened_at, f.due_at,
       f.until_at, f.state, f.reason, f.batch, f.run_id AS run, f.started_at, f.ended_at
  FROM triggers_firing f
  JOIN triggers_trigger m ON m.id = f.trigger_id

-- standing_triggers: Those that are on, of all tenants.
SELECT m.id, m.tenant_id, '' AS tenant_name, m.name, m.occasion, m.condition,
       m.script_id AS script, '' AS script_name, m.values, m.off_s, m.wait_s, m.within_s,
       m.per_hour, m.cool_down_s, m.breaker_after, m.is_enabled, m.acts_for, m.misses, m.broken_at,
       m.changed_at, 0 AS fired, 0 AS done
  FROM triggers_trigger m
 WHERE m.removed_at IS NULL AND m.is_enabled
 ORDER BY m.id

-- add_trigger: A new trigger; nothing when the tenant has one of that name.
INSERT INTO triggers_trigger (
       tenant_id, script_id, name, occasion, condition, values, off_s, wait_s, within_s, per_hour,
       cool_down_s, breaker_after, is_enabled, acts_for, changed_at)
VALUES (%(tenant)s, %(script)s, %(name)s, %(occasion)s, %(condition)s, %(values)s::jsonb, %(off_s)s,
        %(wait_s)s, %(within_s)s, %(per_hour)s, %(cool_down_s)s, %(breaker_after)s, %(is_enabled)s,
        %(acts_for)s, %(now)s)
ON CONFLICT (tenant_id, name) WHERE removed_at IS NULL DO NOTHING
RETURNING id

-- change_trigger: A trigger as it is from now on; its breaker is closed again.
UPDATE triggers_trigger
   SET script_id = %(script)s, name = %(name)s, occasion = %(occasion)s, condition = %(condition)s,
       values = %(values)s::jsonb, off_s = %(off_s)s, wait_s = %(wait_s)s, within_s = %(within_s)s,
       per_hour = %(per_hour)s, cool_down_s = %(cool_down_s)s, breaker_after = %(breaker_after)s,
       is_enabled = %(is_enabled)s, acts_for = %(acts_for)s, changed_at = %(now)s, misses = 0,
       broken_at = NULL
 WHERE id = %(id)s

-- name_is_taken: Whether a tenant has another trigger of this name.
SELECT id FROM triggers_trigger
 WHERE tenant_id = %(tenant)s AND name = %(name)s AND removed_at IS NULL AND id <> %(but)s

-- remove_trigger: A trigger that nothing sets off any more; what it did stays told.
UPDATE triggers_trigger SET removed_at = %(now)s, is_enabled = false WHERE id = %(id)s

-- call_off: What a trigger has not begun is not begun any more.
UPDATE triggers_firing
   SET state = 'lapsed', reason = %(reason)s, ended_at = %(now)s
 WHERE trigger_id = %(id)s AND state = 'waiting'

-- lock_trigger: One trigger that is on, so that what is counted of it holds.
SELECT id FROM triggers_trigger
 WHERE id = %(id)s AND removed_at IS NULL AND is_enabled FOR UPDATE

-- add_firings: What set a trigger off; nothing for a desktop for which it waits or runs. A desktop
-- on which it was started a short time ago is left alone.
INSERT INTO triggers_firing (
       trigger_id, desktop_id, desktop_name, before, after, happened_at, due_at, until_at, state,
       reason, ended_at)
SELECT %(id)s, r.desktop, r.name, r.before, r.after, r.happened_at, r.due_at, r.until_at,
       CASE WHEN rest.rests THEN 'held_back' ELSE 'waiting' END,
       CASE WHEN rest.rests THEN 'cooling_down' ELSE '' END,
       CASE WHEN rest.rests THEN %(now)s END
  FROM unnest(%(rows.desktop)s::bigint[], %(rows.name)s::text[], %(rows.before)s::text[],
              %(rows.after)s::text[], %(rows.happened_at)s::timestamptz[],
              %(rows.due_at)s::timestamptz[], %(rows.until_at)s::timestamptz[])
       AS r (desktop, name, before, after, happened_at, due_at, until_at)
 CROSS JOIN LATERAL (
       SELECT NOT EXISTS (
                  SELECT FROM triggers_firing o
                   WHERE o.trigger_id = %(id)s AND o.desktop_id = r.desktop
                     AND o.state IN ('waiting', 'starting', 'running'))
              AND EXISTS (
                  SELECT FROM triggers_firing f
                   WHERE f.trigger_id = %(id)s AND f.desktop_id = r.desktop
                     AND f.started_at > r.happened_at - make_interval(secs => %(cool_down_s)s)
              ) AS rests) AS rest
ON CONFLICT (trigger_id, desktop_id) WHERE state IN ('waiting', 'starting', 'running') DO NOTHING
RETURNING id

-- started_since: How many a trigger has started in the last hour.
SELECT count(*) AS count FROM triggers_firing
 WHERE trigger_id = %(id)s AND started_at > %(now)s - INTERVAL '1 hour'

-- lapse: What was not begun within its time.
UPDATE triggers_firing
   SET state = 'lapsed', reason = 'late', ended_at = %(now)s
 WHERE state = 'waiting' AND until_at <= %(now)s

-- claim: Firings whose turn it is, for who asks alone; they are started together.
WITH due AS (
    SELECT f.id
      FROM triggers_firing f
     WHERE f.trigger_id = %(id)s AND f.state = 'waiting' AND f.due_at <= %(now)s
     ORDER BY f.due_at, f.id
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED)
UPDATE triggers_firing f
   SET state = 'starting', started_at = %(now)s, leased_until = %(leased_until)s,
       batch = (SELECT min(due.id) FROM due)
  FROM due
 WHERE f.id = due.id
RETURNING f.id

-- reclaim: Firings that somebody began to start and did not come back from.
WITH due AS (
    SELECT f.id
      FROM triggers_firing f
     WHERE f.state = 'starting' AND f.leased_until <= %(now)s
       FOR UPDATE SKIP LOCKED)
UPDATE triggers_firing f SET leased_until = %(leased_until)s
  FROM due
 WHERE f.id = due.id
RETURNING f.id

-- firings_by_id: Some firings, those that happened first before the others.
SELECT f.id, f.trigger_id AS trigger, '' AS trigger_name, m.tenant_id,
       f.desktop_id AS desktop, f.desktop_name, f.before, f.after, f.happened_at, f.due_at,
       f.until_at, f.state, f.reason, f.batch, f.run_id AS run, f.started_at, f.ended_at
  FROM triggers_firing f
  JOIN triggers_trigger m ON m.id = f.trigger_id
 WHERE f.id = ANY(%(ids)s)
 ORDER BY f.happened_at, f.id

-- put_off: Firings whose desktop nothing reaches yet.
UPDATE triggers_firing
   SET state = 'waiting', started_at = NULL, leased_until = NULL, batch = NULL,
       due_at = %(due_at)s, reason = 'unreachable'
 WHERE id = ANY(%(ids)s) AND state = 'starting'

-- note_run: The run by which firings are carried out.
UPDATE triggers_firing SET state = 'running', run_id = %(run)s, reason = '', leased_until = NULL
 WHERE id = ANY(%(ids)s) AND state = 'starting'

-- running: What is carried out, with what became of each desktop in its run.
SELECT f.id, f.trigger_id AS trigger, f.run_id AS run, g.state AS target
  FROM triggers_firing f
  LEFT JOIN runs_target g ON g.run_id = f.run_id AND g.desktop_id = f.desktop_id
 WHERE f.state = 'running'
 ORDER BY f.id
 LIMIT %(limit)s
   FOR UPDATE OF f SKIP LOCKED

-- note_end: How a firing came to its end.
UPDATE triggers_firing
   SET state = %(state)s, reason = %(reason)s, ended_at = %(now)s, leased_until = NULL
 WHERE id = %(id)s AND state IN ('waiting', 'starting', 'running')
RETURNING id

-- note_misses: How many firings in a row failed, and since when the breaker is open.
UPDATE triggers_trigger SET misses = %(misses)s, broken_at = %(broken_at)s WHERE id = %(id)s

-- forget: What came to its end long ago.
DELETE FROM triggers_firing
 WHERE id IN (SELECT id FROM triggers_firing WHERE ended_at < %(before)s LIMIT %(limit)s)
