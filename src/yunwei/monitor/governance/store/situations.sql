-- open_situations: Opens situations, or finds those that are open under the same key.
INSERT INTO governance_situation AS s (
       tenant_id, kind, key, state, title, severity, root_id, root_occurrence, noise_rule_id,
       rule_version, rule_name, opened_at, changed_at, affected, affected_names)
SELECT r.tenant, r.kind, r.key, 'open', r.title, r.severity, r.root, r.root_occurrence, r.rule,
       r.rule_version, r.rule_name, %(now)s, %(now)s, jsonb_array_length(r.affected), r.affected
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       tenant bigint, kind text, key text, title text, severity text, root bigint,
       root_occurrence bigint, rule bigint, rule_version integer, rule_name text, affected jsonb)
ON CONFLICT (tenant_id, key) WHERE state = 'open' DO UPDATE SET
       changed_at = excluded.changed_at, root_occurrence = excluded.root_occurrence
RETURNING s.id, s.tenant_id AS tenant, s.key, (xmax = 0) AS is_new

-- add_members: Attaches alarms; those that are members already stay so, those that left return.
INSERT INTO governance_member AS m (
       situation_id, alarm_id, occurrence, role, reason, by, since, was_told)
SELECT r.situation, r.alarm, r.occurrence, r.role, r.reason, r.by, %(now)s,
       EXISTS (SELECT 1 FROM governance_judgement j
                WHERE j.alarm_id = r.alarm AND j.occurrence = r.occurrence AND j.is_to_be_told
                  AND j.occasion IN ('raised', 'worsened', 'reconsidered'))
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       situation bigint, alarm bigint, occurrence bigint, role text, reason text, by text)
ON CONFLICT (situation_id, alarm_id) DO UPDATE SET
       occurrence = excluded.occurrence, until = NULL, left_cause = '', reason = excluded.reason,
       by = excluded.by, was_told = m.was_told OR excluded.was_told
RETURNING m.situation_id AS situation, m.alarm_id AS alarm, (xmax = 0) AS is_new

-- leave_members: Takes alarms out of situations; the root and what people attached stay.
UPDATE governance_member m SET until = %(now)s, left_cause = %(cause)s
  FROM unnest(%(situations)s::bigint[], %(alarms)s::bigint[]) AS r (situation, alarm)
 WHERE m.situation_id = r.situation AND m.alarm_id = r.alarm AND m.until IS NULL
   AND m.role <> 'root' AND m.by = ''
RETURNING m.situation_id AS situation, m.alarm_id AS alarm

-- take_out: A person takes an alarm out of its situation.
UPDATE governance_member SET until = %(now)s, left_cause = 'by_hand', by = %(by)s
 WHERE situation_id = %(id)s AND alarm_id = %(alarm)s AND until IS NULL AND role <> 'root'

-- roots_among: The open situations of which some alarms are the root.
SELECT id, root_id AS root FROM governance_situation
 WHERE state = 'open' AND root_id = ANY(%(alarms)s)

-- merge_members: The members of one situation become those of another.
UPDATE governance_member m SET situation_id = %(into)s, role = 'member'
 WHERE m.situation_id = %(id)s AND m.until IS NULL
   AND NOT EXISTS (SELECT 1 FROM governance_member k
                    WHERE k.situation_id = %(into)s AND k.alarm_id = m.alarm_id)
RETURNING m.alarm_id AS alarm

-- count_situations: Brings counts and severity in line with the members.
UPDATE governance_situation s SET
       members = c.members, open_members = c.open_members, changed_at = %(now)s,
       severity = (ARRAY['indeterminate', 'warning', 'minor', 'major', 'critical'])[c.rank]
  FROM (SELECT m.situation_id, count(*) AS members,
               count(*) FILTER (WHERE NOT a.is_cleared) AS open_members,
               coalesce(max(a.severity_rank) FILTER (WHERE NOT a.is_cleared),
                        max(a.severity_rank)) AS rank
          FROM governance_member m
          JOIN governance_situation k ON k.id = m.situation_id
           AND (%(with_gathered)s OR k.kind NOT IN ('storm', 'group'))
          JOIN alarms_alarm a ON a.id = m.alarm_id
         WHERE m.situation_id = ANY(%(ids)s) AND m.until IS NULL
         GROUP BY m.situation_id) c
 WHERE s.id = c.situation_id AND s.state = 'open'
RETURNING s.id, s.tenant_id AS tenant

-- lock_situations: What decides how situations go on.
SELECT s.id, s.tenant_id AS tenant, s.kind, s.key, s.title, s.root_id AS root, s.members,
       s.open_members, s.severity, s.due_at, s.told_at, s.told_members, s.told_severity,
       s.noise_rule_id AS rule, a.is_cleared AS root_is_cleared,
       CASE WHEN s.kind IN ('storm', 'group') THEN 'situation.' || s.kind
            ELSE coalesce(a.alarm_type, '') END AS title_type,
       coalesce((r.content ->> 'settle_s')::integer, 60) AS settle_s,
       coalesce((r.content ->> 'digest_s')::integer, (r.content ->> 'update_s')::integer, 300)
           AS digest_s
  FROM governance_situation s
  LEFT JOIN alarms_alarm a ON a.id = s.root_id
  LEFT JOIN governance_noiserule r ON r.id = s.noise_rule_id
 WHERE s.state = 'open' AND s.id = ANY(%(ids)s)
 ORDER BY s.id
   FOR UPDATE OF s

-- due_situations: The situations that are due for another look.
SELECT id, kind IN ('storm', 'group') AS is_gathered FROM governance_situation
 WHERE due_at <= %(now)s AND state = 'open'
 ORDER BY due_at
 LIMIT 200

-- open_gathered: The open situations of storms and of alike alarms.
SELECT id, tenant_id AS tenant, key, noise_rule_id AS rule, opened_at, told_severity
  FROM governance_situation
 WHERE state = 'open' AND kind IN ('storm', 'group')

-- grown_situations: Faults with more than twice as many alarms as people were told of, and ten.
SELECT s.id, s.tenant_id AS tenant, s.kind, s.title, s.severity, s.members - 1 AS members,
       greatest(s.open_members - 1, 0) AS open_members,
       CASE WHEN s.kind IN ('storm', 'group') THEN 'situation.' || s.kind
            ELSE coalesce(a.alarm_type, '') END AS title_type
  FROM governance_situation s
  LEFT JOIN alarms_alarm a ON a.id = s.root_id
 WHERE s.state = 'open' AND s.kind = 'topology'
   AND s.members - 1 > 10 + 2 * greatest(s.affected, s.told_members)
 ORDER BY s.id

-- types_of: How many alarms of a situation are of which type, with the worst of each.
SELECT a.alarm_type, count(*) AS count,
       (array_agg(a.id ORDER BY a.is_cleared, a.severity_rank DESC, a.id))[1] AS example
  FROM governance_member m
  JOIN alarms_alarm a ON a.id = m.alarm_id
 WHERE m.situation_id = %(id)s AND m.until IS NULL AND m.role = 'member'
 GROUP BY a.alarm_type
 ORDER BY count(*) DESC, a.alarm_type
 LIMIT %(limit)s

-- set_told: What people heard of situations as a whole.
UPDATE governance_situation s SET told_at = %(now)s, told_members = r.count,
       told_severity = r.state
  FROM unnest(%(ids)s::bigint[], %(counts)s::integer[], %(states)s::text[])
       AS r (id, count, state)
 WHERE s.id = r.id

-- set_due: When to look at situations again by itself.
UPDATE governance_situation s SET due_at = r.due_at
  FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS r (id, due_at)
 WHERE s.id = r.id

-- close_situations: Ends situations.
UPDATE governance_situation SET
       state = 'closed', closed_at = %(now)s, changed_at = %(now)s, closed_by = %(by)s,
       due_at = NULL
 WHERE id = ANY(%(ids)s) AND state = 'open'
RETURNING id, tenant_id AS tenant

-- end_members: All alarms leave situations that are over.
UPDATE governance_member SET until = %(now)s, left_cause = 'closed'
 WHERE situation_id = ANY(%(ids)s) AND until IS NULL

-- add_story: What happened to situations.
INSERT INTO governance_story (situation_id, at, verb, by, alarm_id, text, facts)
SELECT r.situation, r.at, r.verb, r.by, r.alarm, r.text, r.facts
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       situation bigint, at timestamptz, verb text, by text, alarm bigint, text text, facts jsonb)

-- current_pins: What people decided about the place of alarms that stand.
SELECT DISTINCT ON (m.alarm_id) m.alarm_id AS alarm, m.occurrence,
       CASE WHEN m.until IS NULL AND s.state = 'open' THEN m.situation_id END AS situation, m.by
  FROM governance_member m
  JOIN governance_situation s ON s.id = m.situation_id
  JOIN alarms_alarm a ON a.id = m.alarm_id AND a.occurrence = m.occurrence AND NOT a.is_cleared
 WHERE (m.by <> '' OR m.left_cause = 'by_hand')
 ORDER BY m.alarm_id, coalesce(m.until, m.since) DESC

-- list_situations: Situations for a list.
SELECT s.id, s.tenant_id, s.kind, s.key, s.state, s.title, s.severity,
       CASE WHEN s.kind IN ('storm', 'group') THEN 'situation.' || s.kind
            ELSE coalesce(a.alarm_type, '') END AS title_type,
       CASE s.severity WHEN 'critical' THEN 5 WHEN 'major' THEN 4 WHEN 'minor' THEN 3
                       WHEN 'warning' THEN 2 ELSE 1 END AS severity_rank,
       s.root_id AS root, coalesce(a.text, '') AS root_text,
       coalesce(a.managed_object, '') AS root_object,
       coalesce(a.is_cleared, true) AS root_is_cleared, s.noise_rule_id AS rule, s.rule_version,
       s.rule_name, s.opened_at, s.changed_at, s.closed_at, s.closed_by, s.members,
       s.open_members, s.affected, s.told_at
  FROM governance_situation s
  LEFT JOIN alarms_alarm a ON a.id = s.root_id

-- affected_names: The desktops that a situation takes away.
SELECT affected_names FROM governance_situation WHERE id = %(id)s

-- members_of: The alarms of a situation, the root first, then those that stand, the worst first.
SELECT m.situation_id AS situation, m.alarm_id AS alarm, m.occurrence, m.role, m.reason, m.by,
       m.since, m.until, m.left_cause, m.was_told, a.text, a.managed_object, a.alarm_type,
       a.severity, a.is_cleared OR a.occurrence <> m.occurrence AS is_cleared, a.raised_at,
       a.cleared_at, c.name AS source_name
  FROM governance_member m
  JOIN alarms_alarm a ON a.id = m.alarm_id
  JOIN collect_source c ON c.id = a.source_id
 WHERE m.situation_id = %(id)s
 ORDER BY m.role <> 'root', a.is_cleared, a.severity_rank DESC, m.since, m.id
 LIMIT %(limit)s

-- story_of: What happened to a situation, newest first.
SELECT s.at, s.verb, s.by, s.alarm_id AS alarm, s.text, s.facts,
       coalesce(a.alarm_type, '') AS alarm_type
  FROM governance_story s
  LEFT JOIN alarms_alarm a ON a.id = s.alarm_id
 WHERE s.situation_id = %(id)s
 ORDER BY s.at DESC, s.id DESC
 LIMIT %(limit)s

-- situations_of_alarm: The situations to which an alarm belongs or belonged, newest first.
SELECT s.id, s.title, s.kind, s.state, s.severity, s.root_id AS root, s.members, m.role, m.since,
       m.until,
       CASE WHEN s.kind IN ('storm', 'group') THEN 'situation.' || s.kind
            ELSE coalesce(a.alarm_type, '') END AS title_type
  FROM governance_member m
  JOIN governance_situation s ON s.id = m.situation_id
  LEFT JOIN alarms_alarm a ON a.id = s.root_id
 WHERE m.alarm_id = %(alarm)s AND s.tenant_id = ANY(%(tenants)s)
 ORDER BY m.since DESC
 LIMIT 10
