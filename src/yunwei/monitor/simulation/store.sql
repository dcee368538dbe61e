-- add_simulation: A trial that begins.
INSERT INTO simulation_simulation (
       tenant_id, rule_id, version, content, days, time_zone, state, by, started_at, touched_at)
VALUES (%(tenant)s, %(rule)s, %(version)s, %(content)s::jsonb, %(days)s, %(time_zone)s,
        'running', %(by)s, %(now)s, %(now)s)
RETURNING id

-- fetch_simulation: One trial among some tenants.
SELECT id, tenant_id AS tenant, rule_id AS rule, version, content, days, time_zone, state, step,
       by, started_at, finished_at, error, outcome
  FROM simulation_simulation
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)

-- latest_of_rule: The latest trial of a rule, running or done.
SELECT id, tenant_id AS tenant, rule_id AS rule, version, content, days, time_zone, state, step,
       by, started_at, finished_at, error, outcome
  FROM simulation_simulation
 WHERE rule_id = %(rule)s AND tenant_id = ANY(%(tenants)s) AND state IN ('running', 'done', 'failed')
 ORDER BY started_at DESC, id DESC
 LIMIT 1

-- touch_simulation: It goes on with its next step; nothing when somebody cancelled it.
UPDATE simulation_simulation SET step = %(step)s, touched_at = %(now)s
 WHERE id = %(id)s AND state = 'running'
RETURNING id

-- finish_simulation: It is over.
UPDATE simulation_simulation
   SET state = %(state)s, outcome = %(outcome)s::jsonb, error = %(error)s, finished_at = %(now)s
 WHERE id = %(id)s AND state = 'running'
RETURNING id

-- give_up_lost: Trials of a process that died.
UPDATE simulation_simulation
   SET state = 'failed', error = 'the process that ran it is gone', finished_at = %(now)s
 WHERE state = 'running' AND touched_at < %(before)s

-- forget_old: Keeps the latest trials of each rule, and of rules never saved those of a day.
DELETE FROM simulation_simulation s
 WHERE s.tenant_id = %(tenant)s AND s.state <> 'running'
   AND ((s.rule_id IS NULL AND s.started_at < %(before)s)
        OR s.id IN (SELECT id FROM (SELECT id, row_number() OVER (
                        PARTITION BY rule_id ORDER BY started_at DESC) AS place
                      FROM simulation_simulation
                     WHERE tenant_id = %(tenant)s AND rule_id IS NOT NULL) ranked
                     WHERE place > 10))

-- source_names: The names of a tenant's sources.
SELECT id, name FROM collect_source WHERE tenant_id = %(tenant)s

-- told_occurrences: The occurrences that people were told of, with how often.
SELECT m.occurrence, min(m.created_at) AS at, count(*) AS messages, a.alarm_type,
       a.managed_object, a.qualifier, a.source_id AS source, s.name AS source_name, o.severity,
       o.text, o.raised_at, o.count, a.raw
  FROM notify_message m
  JOIN alarms_alarm a ON a.id = m.alarm_id
  JOIN alarms_occurrence o ON o.id = m.occurrence
  JOIN collect_source s ON s.id = a.source_id
 WHERE m.tenant_id = %(tenant)s AND m.created_at >= %(since)s AND m.created_at < %(until)s
   AND m.kind IN ('raise', 'clear') AND m.state IN ('pending', 'sending', 'sent')
 GROUP BY m.occurrence, a.id, o.id, s.id
 LIMIT %(limit)s

-- wakeups: People who were told by a channel in their own night.
SELECT DISTINCT m.occurrence, m.user_id AS "user", u.username AS name,
       floor(extract(epoch FROM m.created_at) / 900)::bigint AS quarter
  FROM notify_message m
  JOIN people_user u ON u.id = m.user_id
 WHERE m.tenant_id = %(tenant)s AND m.created_at >= %(since)s AND m.created_at < %(until)s
   AND m.kind IN ('raise', 'clear') AND m.channel_id IS NOT NULL
   AND m.state IN ('pending', 'sending', 'sent')
   AND (extract(hour FROM m.created_at AT TIME ZONE u.time_zone) >= 22
        OR extract(hour FROM m.created_at AT TIME ZONE u.time_zone) < 7)
 LIMIT %(limit)s

-- deeds: What people did about alarms, newest first, each with the occurrence it was about.
SELECT c.alarm_id AS alarm, o.id AS occurrence, c.at, c.verb AS deed, c.by, c.note, o.severity,
       o.raised_at, o.text, o.count, a.alarm_type, a.managed_object, a.qualifier,
       a.source_id AS source, s.name AS source_name, a.raw
  FROM alarms_change c
  JOIN alarms_alarm a ON a.id = c.alarm_id
  JOIN collect_source s ON s.id = a.source_id
  JOIN LATERAL (SELECT * FROM alarms_occurrence
                 WHERE alarm_id = c.alarm_id AND raised_at <= c.at
                 ORDER BY raised_at DESC LIMIT 1) o ON true
 WHERE c.tenant_id = %(tenant)s AND c.at >= %(since)s AND c.at < %(until)s AND c.by <> ''
   AND c.verb IN ('acknowledged', 'commented', 'shelved', 'cleared')
 ORDER BY c.at DESC
 LIMIT %(limit)s

-- busiest_rules: The live rules of a tenant that treated most in a stretch of time.
SELECT r.id FROM governance_maskrule r
  LEFT JOIN (SELECT rule_id, count(*) AS hits FROM governance_suppression
              WHERE tenant_id = %(tenant)s AND since >= %(since)s GROUP BY rule_id) h
         ON h.rule_id = r.id
 WHERE r.tenant_id = %(tenant)s AND r.state = 'active'
 ORDER BY coalesce(h.hits, 0) DESC, r.id
 LIMIT %(limit)s
