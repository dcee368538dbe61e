-- begin_audit: The row of the auditor.
INSERT INTO notify_audit (id, next_at) VALUES (1, %(now)s) ON CONFLICT (id) DO NOTHING

-- claim_audit: The last round, to whoever may begin the next one; nothing when it is not time.
UPDATE notify_audit SET next_at = %(next_at)s WHERE id = 1 AND next_at <= %(now)s
RETURNING at, findings, duration_s, intake_end, heartbeat_at, heartbeat_error, heartbeat_host

-- fetch_audit: The last round.
SELECT at, findings, duration_s, intake_end, heartbeat_at, heartbeat_error, heartbeat_host
  FROM notify_audit WHERE id = 1

-- save_audit: What a round found.
UPDATE notify_audit SET
       at = %(at)s, findings = %(findings)s::jsonb, duration_s = %(duration_s)s,
       intake_end = %(intake_end)s, heartbeat_at = %(heartbeat_at)s,
       heartbeat_error = %(heartbeat_error)s
 WHERE id = 1

-- fetch_heartbeat: Where the heartbeat goes, sealed.
SELECT heartbeat_url FROM notify_audit WHERE id = 1

-- save_heartbeat: Lets the heartbeat go somewhere else, with the next round at once.
INSERT INTO notify_audit (id, next_at, heartbeat_url, heartbeat_host)
VALUES (1, %(now)s, %(sealed)s, %(host)s)
ON CONFLICT (id) DO UPDATE SET
       next_at = excluded.next_at, heartbeat_url = excluded.heartbeat_url,
       heartbeat_host = excluded.heartbeat_host, heartbeat_at = NULL, heartbeat_error = ''

-- bound_time: An audit that takes long must not hold up what it looks after.
SELECT set_config('statement_timeout', '5s', true)

-- late_escalations: Escalations whose next step should have been told.
SELECT count(*) AS count, min(next_at) AS oldest_at, min(id)::text AS example
  FROM notify_escalation
 WHERE next_at < %(before)s

-- late_messages: Messages that wait longer than their severity allows, though nothing holds
-- them. A clear waits for its raise.
SELECT count(*) AS count, min(m.created_at) AS oldest_at, min(m.id)::text AS example
  FROM notify_message m
 WHERE m.state IN ('pending', 'sending') AND m.hold = '' AND m.kind <> 'clear'
   AND m.created_at < %(now)s::timestamptz - CASE m.severity
           WHEN 'critical' THEN interval '5 minutes' WHEN 'major' THEN interval '15 minutes'
           WHEN 'minor' THEN interval '1 hour' ELSE interval '4 hours' END

-- undecided_alarms: Open alarms of the last hour that nothing was decided about.
SELECT count(*) AS count, min(a.changed_at) AS oldest_at, min(a.id)::text AS example
  FROM (SELECT id, occurrence, changed_at FROM alarms_alarm
         WHERE NOT is_cleared AND changed_at BETWEEN %(since)s AND %(before)s
         LIMIT 10000) a
 WHERE NOT EXISTS (SELECT 1 FROM governance_judgement j
                    WHERE j.alarm_id = a.id AND j.occurrence = a.occurrence)

-- intake_position: How far the intake is applied, and since when.
SELECT sequence, at FROM alarms_position WHERE reader LIKE 'govern%%' ORDER BY at DESC LIMIT 1
