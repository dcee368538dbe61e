-- lock_of_occurrences: The escalations of some occurrences, locked.
SELECT e.id, e.tenant_id AS tenant, e.alarm_id AS alarm, e.occurrence, e.plan, e.route_id AS route,
       e.route_name, e.state, e.why, e.why_detail, e.run, e.done, e.done_at, e.next, e.next_at,
       e.held, e.owed, e.because, e.because_detail, e.severity, e.started_at, e.changed_at
  FROM notify_escalation e
 WHERE e.occurrence = ANY(%(occurrences)s)
 ORDER BY e.id
   FOR UPDATE

-- lock_due: Escalations whose time has come; another worker takes others.
SELECT e.id, e.tenant_id AS tenant, e.alarm_id AS alarm, e.occurrence, e.plan, e.route_id AS route,
       e.route_name, e.state, e.why, e.why_detail, e.run, e.done, e.done_at, e.next, e.next_at,
       e.held, e.owed, e.because, e.because_detail, e.severity, e.started_at, e.changed_at
  FROM notify_escalation e
 WHERE e.next_at <= %(now)s
 ORDER BY e.next_at, e.id
 LIMIT %(limit)s
   FOR UPDATE SKIP LOCKED

-- lock_of_alarm: The escalations of an alarm's present occurrence among some tenants, locked.
SELECT e.id, e.tenant_id AS tenant, e.alarm_id AS alarm, e.occurrence, e.plan, e.route_id AS route,
       e.route_name, e.state, e.why, e.why_detail, e.run, e.done, e.done_at, e.next, e.next_at,
       e.held, e.owed, e.because, e.because_detail, e.severity, e.started_at, e.changed_at
  FROM notify_escalation e
  JOIN alarms_alarm a ON a.id = e.alarm_id AND a.occurrence = e.occurrence
 WHERE e.alarm_id = %(alarm)s AND a.tenant_id = ANY(%(tenants)s)
 ORDER BY e.id
   FOR UPDATE OF e

-- list_escalations: Escalations for a list, the latest first. Whose alarm it is decides who sees it.
SELECT e.id, a.tenant_id, e.tenant_id AS tenant, e.alarm_id AS alarm, e.occurrence, e.plan,
       e.route_id AS route, e.route_name, e.state, e.why, e.why_detail, e.run, e.done, e.done_at,
       e.next, e.next_at, e.held, e.owed, e.because, e.because_detail, e.severity, e.started_at,
       e.changed_at
  FROM notify_escalation e
  JOIN alarms_alarm a ON a.id = e.alarm_id

-- add_escalations: Starts escalations; the same one once. Returns their ids.
INSERT INTO notify_escalation (
       tenant_id, alarm_id, occurrence, policy_id, plan, route_id, route_name, state, why,
       why_detail, run, done, done_at, next, next_at, held, owed, because, because_detail, severity,
       started_at, changed_at)
SELECT r.tenant, r.alarm, r.occurrence, (r.policy ->> 'id')::bigint, r.policy,
       (SELECT id FROM notify_route WHERE id = r.route), r.route_name, r.state,
       coalesce(r.why, ''), r.why_detail, r.run, r.done, r.done_at, r.next, r.next_at, r.held,
       r.owed, coalesce(r.because, ''), r.because_detail, r.severity, r.started_at, r.changed_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       tenant bigint, alarm bigint, occurrence bigint, policy jsonb, route bigint,
       route_name text, state text, why text, why_detail text, run integer, done jsonb,
       done_at timestamptz, next jsonb, next_at timestamptz, held jsonb, owed jsonb, because text,
       because_detail text, severity text, started_at timestamptz, changed_at timestamptz)
ON CONFLICT (occurrence, policy_id) DO NOTHING
RETURNING id, occurrence, policy_id AS policy

-- save_escalations: Writes where escalations stand now.
UPDATE notify_escalation e SET
       plan = r.policy, state = r.state, why = coalesce(r.why, ''), why_detail = r.why_detail,
       run = r.run, done = r.done, done_at = r.done_at, next = r.next, next_at = r.next_at,
       held = r.held, owed = r.owed, because = coalesce(r.because, ''),
       because_detail = r.because_detail, severity = r.severity, changed_at = r.changed_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       id bigint, policy jsonb, state text, why text, why_detail text, run integer, done jsonb,
       done_at timestamptz, next jsonb, next_at timestamptz, held jsonb, owed jsonb, because text,
       because_detail text, severity text, changed_at timestamptz)
 WHERE e.id = r.id

-- add_entries: Appends to the logs of escalations.
INSERT INTO notify_escalationentry (escalation_id, at, verb, position, due_at, by, detail)
SELECT r.escalation, r.at, r.verb, r.position, r.due_at, r.by, r.detail
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       escalation bigint, at timestamptz, verb text, position jsonb, due_at timestamptz, by text,
       detail jsonb)

-- entries_of_alarm: The log of all escalations of an alarm, newest first.
SELECT n.escalation_id AS escalation, n.at, n.verb, n.position, n.due_at, n.by, n.detail
  FROM notify_escalationentry n
  JOIN notify_escalation e ON e.id = n.escalation_id
 WHERE e.alarm_id = %(alarm)s
 ORDER BY n.at DESC, n.id DESC
 LIMIT %(limit)s

-- seconds_until_step: How long until the next step is due; null when none waits.
SELECT extract(epoch FROM min(next_at) - %(now)s::timestamptz)::float8 AS wait_s
  FROM notify_escalation WHERE next_at IS NOT NULL

-- overdue_escalations: Escalations that should have gone on before then.
SELECT id, alarm_id AS alarm, next_at FROM notify_escalation
 WHERE next_at < %(before)s
 ORDER BY next_at LIMIT %(limit)s

-- cancel_pending: Takes back messages of escalations that nobody has begun to send.
UPDATE notify_message SET state = 'cancelled', next_at = NULL, error = %(reason)s
 WHERE occurrence = ANY(%(occurrences)s) AND escalation_id = ANY(%(ids)s) AND state = 'pending'

-- add_untold: Notes that an alarm reached nobody, and why.
INSERT INTO notify_untold (tenant_id, alarm_id, occurrence, at, reason, name, said_at)
SELECT r.tenant, r.alarm, r.occurrence, r.at, r.reason, r.name, r.said_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       tenant bigint, alarm bigint, occurrence bigint, at timestamptz, reason text, name text,
       said_at timestamptz)

-- unsaid: What reached nobody and has not become an alarm on ourselves yet.
SELECT u.id, u.tenant_id AS tenant, u.alarm_id AS alarm, u.occurrence, u.at, u.reason, u.name,
       a.managed_object
  FROM notify_untold u
  JOIN alarms_alarm a ON a.id = u.alarm_id
 WHERE u.said_at IS NULL
 ORDER BY u.id LIMIT %(limit)s

-- mark_said: It is an alarm on ourselves now.
UPDATE notify_untold SET said_at = %(now)s WHERE id = ANY(%(ids)s)

-- untold_of_alarm: Why an alarm reached nobody, newest first.
SELECT u.id, u.tenant_id AS tenant, u.alarm_id AS alarm, u.occurrence, u.at, u.reason, u.name,
       u.said_at
  FROM notify_untold u
 WHERE u.alarm_id = %(alarm)s
 ORDER BY u.at DESC, u.id DESC
 LIMIT %(limit)s
