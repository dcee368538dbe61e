-- list_remedies: Remedies for a list, with what they did so far.
SELECT m.id, m.tenant_id, t.name AS tenant_name, m.name, m.condition, m.script_id AS script,
       s.name AS script_name, m.values, m.mode, m.per_hour, m.cool_down_s, m.breaker_after,
       m.verify_s, m.wait_s, m.is_enabled, m.acts_for, m.misses, m.broken_at, m.changed_at,
       (SELECT count(*) FROM remedies_attempt a WHERE a.remedy_id = m.id) AS attempts,
       (SELECT count(*) FROM remedies_attempt a
         WHERE a.remedy_id = m.id AND a.state = 'healed') AS healed
  FROM remedies_remedy m
  JOIN people_tenant t ON t.id = m.tenant_id
  JOIN scripts_script s ON s.id = m.script_id
 WHERE m.removed_at IS NULL

-- list_attempts: Attempts for a list.
SELECT a.id, a.remedy_id AS remedy, m.name AS remedy_name, m.tenant_id, a.alarm_id AS alarm,
       a.occurrence, a.managed_object, a.run_id AS run, a.state, a.reason, a.is_automatic, a.by,
       a.started_at, a.verify_until, a.ended_at
  FROM remedies_attempt a
  JOIN remedies_remedy m ON m.id = a.remedy_id

-- add_remedy: A new remedy; nothing when the tenant has one of that name.
INSERT INTO remedies_remedy (
       tenant_id, script_id, name, condition, values, mode, per_hour, cool_down_s, breaker_after,
       verify_s, wait_s, is_enabled, acts_for, changed_at)
VALUES (%(tenant)s, %(script)s, %(name)s, %(condition)s, %(values)s::jsonb, %(mode)s, %(per_hour)s,
        %(cool_down_s)s, %(breaker_after)s, %(verify_s)s, %(wait_s)s, %(is_enabled)s, %(acts_for)s,
        %(now)s)
ON CONFLICT (tenant_id, name) WHERE removed_at IS NULL DO NOTHING
RETURNING id

-- change_remedy: A remedy as it is from now on; its breaker is closed again.
UPDATE remedies_remedy
   SET script_id = %(script)s, name = %(name)s, condition = %(condition)s,
       values = %(values)s::jsonb, mode = %(mode)s, per_hour = %(per_hour)s,
       cool_down_s = %(cool_down_s)s, breaker_after = %(breaker_after)s, verify_s = %(verify_s)s,
       wait_s = %(wait_s)s, is_enabled = %(is_enabled)s, acts_for = %(acts_for)s,
       changed_at = %(now)s, misses = 0, broken_at = NULL
 WHERE id = %(id)s

-- name_is_taken: Whether a tenant has another remedy of this name.
SELECT id FROM remedies_remedy
 WHERE tenant_id = %(tenant)s AND name = %(name)s AND removed_at IS NULL AND id <> %(but)s

-- remove_remedy: A remedy that is not to be applied any more; its attempts stay told.
UPDATE remedies_remedy SET removed_at = %(now)s, is_enabled = false WHERE id = %(id)s

-- lock_remedy: One remedy, so that what is counted of it holds.
SELECT id FROM remedies_remedy WHERE id = %(id)s AND removed_at IS NULL FOR UPDATE

-- past: What a remedy did of late, and on an object.
SELECT count(*) FILTER (WHERE started_at > %(now)s - INTERVAL '1 hour') AS in_last_hour,
       max(started_at) FILTER (WHERE managed_object = %(managed_object)s) AS on_object_at,
       count(*) FILTER (WHERE managed_object = %(managed_object)s
                          AND state IN ('intended', 'running', 'verifying')) AS open_on_object
  FROM remedies_attempt
 WHERE remedy_id = %(id)s AND started_at > %(now)s - INTERVAL '8 days'

-- tried: Occurrences to which a remedy applied itself already.
SELECT occurrence FROM remedies_attempt
 WHERE remedy_id = %(id)s AND is_automatic AND occurrence = ANY(%(occurrences)s)

-- latest_states: What the latest attempt at these occurrences of alarms is by now.
SELECT DISTINCT ON (a.alarm_id) a.alarm_id, a.state
  FROM remedies_attempt a
  JOIN remedies_remedy m ON m.id = a.remedy_id
 WHERE a.alarm_id = ANY(%(alarms)s) AND a.occurrence = ANY(%(occurrences)s)
   AND m.tenant_id = ANY(%(tenants)s)
 ORDER BY a.alarm_id, a.id DESC

-- add_attempt: An attempt that is intended; nothing when it applied itself there already.
INSERT INTO remedies_attempt (
       remedy_id, alarm_id, occurrence, managed_object, is_automatic, by, started_at)
VALUES (%(remedy)s, %(alarm)s, %(occurrence)s, %(managed_object)s, %(is_automatic)s, %(by)s,
        %(now)s)
ON CONFLICT (remedy_id, occurrence) WHERE is_automatic DO NOTHING
RETURNING id

-- open_attempts: Attempts that are not over.
SELECT a.id FROM remedies_attempt a
 WHERE a.state IN ('intended', 'running', 'verifying') ORDER BY a.id LIMIT %(limit)s

-- lock_attempt: One attempt that is not over, unless another copy has it in hand.
SELECT id FROM remedies_attempt
 WHERE id = %(id)s AND state IN ('intended', 'running', 'verifying') FOR UPDATE SKIP LOCKED

-- note_run: The run by which an attempt is made.
UPDATE remedies_attempt SET state = 'running', run_id = %(run)s
 WHERE id = %(id)s AND state = 'intended'

-- note_state: What an attempt is by now.
UPDATE remedies_attempt
   SET state = %(state)s, reason = %(reason)s, verify_until = %(verify_until)s,
       ended_at = %(ended_at)s
 WHERE id = %(id)s

-- note_misses: How many attempts in a row healed nothing, and since when the breaker is open.
UPDATE remedies_remedy SET misses = %(misses)s, broken_at = %(broken_at)s WHERE id = %(id)s
