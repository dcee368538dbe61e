-- lock_alarms: The alarms of (source, key) pairs, locked until the end of the transaction.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM unnest(%(sources)s::bigint[], %(keys)s::text[]) AS wanted (source, key)
  JOIN alarms_alarm a ON a.source_id = wanted.source AND a.key = wanted.key
 ORDER BY a.id
   FOR UPDATE OF a

-- lock_alarm: One alarm by id among some tenants, locked until the end of the transaction.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE a.id = %(id)s AND a.tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- lock_uncleared: Every uncleared alarm of some tenants (null: of all), for decisions made anew.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE NOT a.is_cleared AND (%(tenants)s::bigint[] IS NULL OR a.tenant_id = ANY(%(tenants)s))
 ORDER BY a.id
   FOR UPDATE

-- lock_beneath: Uncleared alarms about some names or below some paths, heard of lately, locked.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE a.tenant_id = %(tenant)s AND NOT a.is_cleared AND a.heard_at >= %(since)s
   AND (string_to_array(a.managed_object, '/') && %(names)s::text[]
        OR EXISTS (SELECT 1 FROM unnest(%(paths)s::text[]) AS p (path)
                    WHERE starts_with(a.managed_object, p.path || '/')))
 ORDER BY a.id
 LIMIT %(limit)s
   FOR UPDATE

-- standing_alarms: Uncleared alarms, and those that cleared since a time.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE NOT a.is_cleared OR a.changed_at >= %(since)s

-- set_situations: Says to which open situation alarms belong.
UPDATE alarms_alarm a SET situation = r.situation
  FROM unnest(%(ids)s::bigint[], %(situations)s::bigint[]) AS r (id, situation)
 WHERE a.id = r.id AND a.situation IS DISTINCT FROM r.situation

-- leave_situations: The alarms of situations that are over belong to none.
UPDATE alarms_alarm SET situation = NULL WHERE situation = ANY(%(ids)s)

-- make_due: Lets the alarms that a rule attached to others be looked at again at a time.
UPDATE alarms_alarm SET due_at = least(due_at, %(at)s)
 WHERE situation IS NOT NULL AND tenant_id = %(tenant)s AND NOT is_cleared
   AND jsonb_path_exists(suppressed_by, '$[*] ? (@.kind == "inhibited" && @.rule_id == $rule)',
                         jsonb_build_object('rule', %(rule)s::bigint))

-- lock_to_be_judged: Alarms that a person did something about, whose time on the shelf is over, or
-- that are due for another look; or whose acknowledgement has run out.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE a.id IN (SELECT id FROM alarms_alarm WHERE has_to_be_judged
                UNION SELECT id FROM alarms_alarm
                       WHERE NOT is_cleared AND shelved_until <= %(now)s
                UNION SELECT id FROM alarms_alarm
                       WHERE NOT is_cleared AND acknowledged_until <= %(now)s
                UNION SELECT id FROM alarms_alarm WHERE due_at <= %(now)s)
 ORDER BY a.id
 LIMIT %(limit)s
   FOR UPDATE

-- mark_to_be_judged: Tells govern that a person did something about an alarm.
UPDATE alarms_alarm SET has_to_be_judged = true WHERE id = %(id)s

-- unmark: These are being judged.
UPDATE alarms_alarm SET has_to_be_judged = false WHERE id = ANY(%(ids)s) AND has_to_be_judged

-- add_reports: Notes what is reported; returns those of them that are new.
INSERT INTO alarms_report (source_id, native_id, at)
SELECT told.source, told.native_id, %(at)s
  FROM unnest(%(rows.source)s::bigint[], %(rows.native_id)s::text[]) AS told (source, native_id)
ON CONFLICT (source_id, native_id) DO NOTHING
RETURNING source_id AS source, native_id

-- drop_old_reports: Forgets what no poll will tell again.
DELETE FROM alarms_report WHERE at < %(before)s

-- fetch_occurrences: Occurrences by id. While one lasts, its alarm keeps the count.
SELECT o.id, o.alarm_id AS alarm, o.tenant_id AS tenant, o.raised_at, o.cleared_at,
       o.clear_cause, o.severity,
       CASE WHEN o.cleared_at IS NULL THEN a.count ELSE o.count END AS count, o.text, o.intake_id
  FROM alarms_occurrence o
  JOIN alarms_alarm a ON a.id = o.alarm_id
 WHERE o.id = ANY(%(ids)s)

-- occurrences_of_alarm: The latest occurrences of one alarm, newest first.
SELECT o.id, o.alarm_id AS alarm, o.tenant_id AS tenant, o.raised_at, o.cleared_at,
       o.clear_cause, o.severity,
       CASE WHEN o.cleared_at IS NULL THEN a.count ELSE o.count END AS count, o.text, o.intake_id
  FROM alarms_occurrence o
  JOIN alarms_alarm a ON a.id = o.alarm_id
 WHERE o.alarm_id = %(alarm)s
 ORDER BY o.raised_at DESC, o.id DESC
 LIMIT %(limit)s

-- reserve_alarm_ids: Ids for new alarms.
SELECT nextval((SELECT pg_get_serial_sequence('alarms_alarm', 'id')::regclass)) AS id
  FROM generate_series(1, %(count)s)

-- reserve_occurrence_ids: Ids for new occurrences.
SELECT nextval((SELECT pg_get_serial_sequence('alarms_occurrence', 'id')::regclass)) AS id
  FROM generate_series(1, %(count)s)

-- open_alarms: Writes alarms that were not there before.
INSERT INTO alarms_alarm (
       id, tenant_id, source_id, key, managed_object, alarm_type, qualifier, severity,
       reported_severity, text, is_cleared, raised_at, last_raised_at, last_event_at, changed_at,
       cleared_at, clear_cause, count, occurrence, heard_at, flapping, raw)
SELECT *
  FROM unnest(%(rows.id)s::bigint[], %(rows.tenant)s::bigint[], %(rows.source)s::bigint[],
              %(rows.key)s::text[], %(rows.managed_object)s::text[], %(rows.alarm_type)s::text[],
              %(rows.qualifier)s::text[], %(rows.severity)s::text[],
              %(rows.reported_severity)s::text[], %(rows.text)s::text[],
              %(rows.is_cleared)s::boolean[], %(rows.raised_at)s::timestamptz[],
              %(rows.last_raised_at)s::timestamptz[], %(rows.last_event_at)s::timestamptz[],
              %(rows.changed_at)s::timestamptz[], %(rows.cleared_at)s::timestamptz[],
              %(rows.clear_cause)s::text[], %(rows.count)s::integer[],
              %(rows.occurrence)s::bigint[], %(rows.heard_at)s::timestamptz[],
              %(rows.flapping)s::jsonb[], %(rows.raw)s::jsonb[])

-- save_silence: Writes what keeps alarms quiet or softens them, and when to look at them again.
UPDATE alarms_alarm a SET
       suppressed_by = r.suppressed_by, softened_by = r.softened_by, is_hidden = r.is_hidden,
       severity = r.severity, due_at = r.due_at, affected = r.affected
  FROM unnest(%(rows.alarm.id)s::bigint[], %(rows.suppressed_by)s::jsonb[],
              %(rows.softened_by)s::jsonb[], %(rows.is_hidden)s::boolean[],
              %(rows.severity)s::text[], %(rows.due_at)s::timestamptz[],
              %(rows.affected)s::integer[])
       AS r (id, suppressed_by, softened_by, is_hidden, severity, due_at, affected)
 WHERE a.id = r.id

-- save_alarms: Writes all that can change of alarms.
UPDATE alarms_alarm a SET
       severity = r.severity, reported_severity = r.reported_severity, text = r.text,
       is_cleared = r.is_cleared, raised_at = r.raised_at, last_raised_at = r.last_raised_at,
       last_event_at = r.last_event_at, changed_at = r.changed_at, cleared_at = r.cleared_at,
       clear_cause = r.clear_cause, count = r.count, occurrence = r.occurrence,
       operator_state = r.operator_state, operator = r.operator, operator_at = r.operator_at,
       operator_note = r.operator_note, acknowledged_until = r.acknowledged_until,
       shelved_until = r.shelved_until, heard_at = r.heard_at, flapping = r.flapping,
       due_at = r.due_at, situation = r.situation, affected = r.affected,
       suppressed_by = r.suppressed_by, softened_by = r.softened_by, is_hidden = r.is_hidden,
       raw = r.raw
  FROM unnest(%(rows.id)s::bigint[], %(rows.severity)s::text[],
              %(rows.reported_severity)s::text[], %(rows.text)s::text[],
              %(rows.is_cleared)s::boolean[], %(rows.raised_at)s::timestamptz[],
              %(rows.last_raised_at)s::timestamptz[], %(rows.last_event_at)s::timestamptz[],
              %(rows.changed_at)s::timestamptz[], %(rows.cleared_at)s::timestamptz[],
              %(rows.clear_cause)s::text[], %(rows.count)s::integer[],
              %(rows.occurrence)s::bigint[], %(rows.operator_state)s::text[],
              %(rows.operator)s::text[], %(rows.operator_at)s::timestamptz[],
              %(rows.operator_note)s::text[], %(rows.acknowledged_until)s::timestamptz[],
              %(rows.shelved_until)s::timestamptz[],
              %(rows.heard_at)s::timestamptz[], %(rows.flapping)s::jsonb[],
              %(rows.due_at)s::timestamptz[], %(rows.situation)s::bigint[],
              %(rows.affected)s::integer[], %(rows.suppressed_by)s::jsonb[],
              %(rows.softened_by)s::jsonb[],
              %(rows.is_hidden)s::boolean[], %(rows.raw)s::jsonb[])
       AS r (id, severity, reported_severity, text, is_cleared, raised_at, last_raised_at,
             last_event_at, changed_at, cleared_at, clear_cause, count, occurrence,
             operator_state, operator, operator_at, operator_note, acknowledged_until,
             shelved_until, heard_at, flapping, due_at, situation, affected, suppressed_by,
             softened_by, is_hidden, raw)
 WHERE a.id = r.id

-- count_repeats: Writes what a repeat changes, none of which stands in an index.
UPDATE alarms_alarm a SET
       text = r.text, last_raised_at = r.last_raised_at, last_event_at = r.last_event_at,
       changed_at = r.changed_at, count = r.count, raw = r.raw
  FROM unnest(%(rows.id)s::bigint[], %(rows.text)s::text[],
              %(rows.last_raised_at)s::timestamptz[], %(rows.last_event_at)s::timestamptz[],
              %(rows.changed_at)s::timestamptz[], %(rows.count)s::integer[],
              %(rows.raw)s::jsonb[])
       AS r (id, text, last_raised_at, last_event_at, changed_at, count, raw)
 WHERE a.id = r.id

-- open_occurrences: Writes occurrences that begin.
INSERT INTO alarms_occurrence (
       id, alarm_id, tenant_id, raised_at, cleared_at, clear_cause, severity, count, text,
       intake_id)
SELECT *
  FROM unnest(%(rows.id)s::bigint[], %(rows.alarm)s::bigint[], %(rows.tenant)s::bigint[],
              %(rows.raised_at)s::timestamptz[], %(rows.cleared_at)s::timestamptz[],
              %(rows.clear_cause)s::text[], %(rows.severity)s::text[],
              %(rows.count)s::integer[], %(rows.text)s::text[], %(rows.intake_id)s::text[])

-- save_occurrences: Writes all that can change of occurrences.
UPDATE alarms_occurrence o SET
       cleared_at = r.cleared_at, clear_cause = r.clear_cause, severity = r.severity,
       count = r.count
  FROM unnest(%(rows.id)s::bigint[], %(rows.cleared_at)s::timestamptz[],
              %(rows.clear_cause)s::text[], %(rows.severity)s::text[],
              %(rows.count)s::integer[])
       AS r (id, cleared_at, clear_cause, severity, count)
 WHERE o.id = r.id

-- add_changes: Appends to the history of alarms.
INSERT INTO alarms_change (
       alarm_id, tenant_id, at, axis, verb, before, after, by, note, event_at, cause)
SELECT *
  FROM unnest(%(rows.alarm)s::bigint[], %(rows.tenant)s::bigint[],
              %(rows.at)s::timestamptz[], %(rows.axis)s::text[], %(rows.verb)s::text[],
              %(rows.before)s::text[], %(rows.after)s::text[], %(rows.by)s::text[],
              %(rows.note)s::text[], %(rows.event_at)s::timestamptz[], %(rows.cause)s::text[])

-- changes_of_alarm: The latest changes of one alarm, newest first.
SELECT alarm_id AS alarm, tenant_id AS tenant, at, axis, verb, before, after, by, note, event_at,
       cause
  FROM alarms_change
 WHERE alarm_id = %(alarm)s
 ORDER BY at DESC, id DESC
 LIMIT %(limit)s

-- keep_orphan_clears: Keeps clears that have no alarm yet; the latest of each.
INSERT INTO alarms_orphanclear (source_id, key, event_at, received_at, intake_id)
SELECT DISTINCT ON (r.source, r.key) r.source, r.key, r.event_at, r.received_at, r.intake_id
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       source bigint, key text, event_at timestamptz, received_at timestamptz, intake_id text)
 ORDER BY r.source, r.key, r.event_at DESC
ON CONFLICT (source_id, key) DO UPDATE SET
       event_at = greatest(excluded.event_at, alarms_orphanclear.event_at),
       received_at = excluded.received_at, intake_id = excluded.intake_id

-- take_orphan_clears: Removes and returns the kept clears of (source, key) pairs.
DELETE FROM alarms_orphanclear o
 USING unnest(%(sources)s::bigint[], %(keys)s::text[]) AS wanted (source, key)
 WHERE o.source_id = wanted.source AND o.key = wanted.key
RETURNING o.source_id AS source, o.key, o.event_at, o.received_at, o.intake_id

-- drop_old_orphan_clears: Forgets clears whose raise never came.
DELETE FROM alarms_orphanclear WHERE received_at < %(before)s

-- begin_position: Lets a reader begin at the beginning.
INSERT INTO alarms_position (reader, sequence) VALUES (%(reader)s, 0)
ON CONFLICT (reader) DO NOTHING

-- claim_position: How far a reader has come; nothing when another process is at it right now.
SELECT sequence FROM alarms_position WHERE reader = %(reader)s FOR UPDATE SKIP LOCKED

-- save_position: Moves a reader on.
UPDATE alarms_position SET sequence = %(sequence)s, at = %(at)s WHERE reader = %(reader)s

-- quiet_alarms: Open alarms of a source whose type begins so and that were long not repeated.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE NOT a.is_cleared AND a.source_id = %(source)s
   AND starts_with(a.alarm_type, %(prefix)s) AND a.last_raised_at < %(before)s

-- alarms_of_source: The open alarms of a source, and those of some keys whatever their state.
SELECT a.id, a.tenant_id AS tenant, a.source_id AS source, a.key, a.managed_object, a.alarm_type,
       a.qualifier, a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.raw
  FROM alarms_alarm a
 WHERE a.source_id = %(source)s AND (NOT a.is_cleared OR a.key = ANY(%(keys)s))

-- acknowledgers: Who has acknowledged, of alarms that are acknowledged, since they are.
SELECT a.id AS alarm, array_agg(DISTINCT c.by) AS names
  FROM alarms_alarm a
  JOIN alarms_change c ON c.alarm_id = a.id
 WHERE a.id = ANY(%(ids)s) AND a.operator_state = 'acknowledged'
   AND c.verb = 'acknowledged' AND c.at >= a.operator_at
 GROUP BY a.id

-- list_alarms: Alarms for a list, with the names of their sources.
SELECT a.id, a.tenant_id, a.source_id, a.key, a.managed_object, a.alarm_type, a.qualifier,
       a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.severity_rank, a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.is_hidden, a.raw, s.name AS source_name, s.connector
  FROM alarms_alarm a
  JOIN collect_source s ON s.id = a.source_id

-- alarm_rows: Alarms by id, with the names of their sources.
SELECT a.id, a.tenant_id, a.source_id, a.key, a.managed_object, a.alarm_type, a.qualifier,
       a.severity, coalesce(a.reported_severity, a.severity) AS reported_severity,
       a.severity_rank, a.text, a.is_cleared, a.raised_at, a.last_raised_at,
       a.last_event_at, a.changed_at, a.cleared_at, a.clear_cause, a.count, a.occurrence,
       a.operator_state, a.operator, a.operator_at, a.operator_note, a.acknowledged_until,
       a.shelved_until, a.heard_at, a.flapping, a.due_at, a.situation, a.affected,
       a.suppressed_by, a.softened_by, a.is_hidden, a.raw, s.name AS source_name, s.connector
  FROM alarms_alarm a
  JOIN collect_source s ON s.id = a.source_id
 WHERE a.id = ANY(%(ids)s)

-- count_open: How many alarms stand open, by severity.
SELECT severity, count(*) AS count
  FROM alarms_alarm
 WHERE tenant_id = ANY(%(tenants)s) AND NOT is_cleared AND NOT is_hidden
   AND operator_state <> 'shelved'
 GROUP BY severity

-- count_views: How many alarms stand in each list of uncleared ones.
SELECT count(*) FILTER (WHERE NOT is_hidden AND operator_state <> 'shelved') AS open,
       count(*) FILTER (WHERE is_hidden AND operator_state <> 'shelved') AS masked,
       count(*) FILTER (WHERE operator_state = 'shelved') AS shelved
  FROM alarms_alarm
 WHERE tenant_id = ANY(%(tenants)s) AND NOT is_cleared

-- count_raised_by_hour: Raises per hour and severity, the funnel's first stage.
SELECT date_trunc('hour', raised_at) AS hour, severity, count(*) AS count
  FROM alarms_occurrence
 WHERE tenant_id = ANY(%(tenants)s) AND raised_at >= %(since)s AND raised_at < %(until)s
 GROUP BY 1, 2
 ORDER BY 1, 2

-- list_alarm_types: Every alarm type that was heard of, over all tenants that are seen.
SELECT min(a.id) AS id, min(a.tenant_id) AS tenant_id, a.alarm_type, count(*) AS alarms,
       count(*) FILTER (WHERE NOT a.is_cleared) AS open, sum(a.count) AS reports,
       max(a.last_raised_at) AS last_raised_at,
       array_agg(DISTINCT s.connector ORDER BY s.connector) AS connectors,
       starts_with(a.alarm_type, 'unmapped.') AS is_unmapped,
       (SELECT count(*) FROM alarms_typenote n
         WHERE n.alarm_type = a.alarm_type AND n.tenant_id = ANY(%(tenants_)s)) AS notes
  FROM alarms_alarm a
  JOIN collect_source s ON s.id = a.source_id
 WHERE a.tenant_id = ANY(%(tenants_)s)
 GROUP BY a.alarm_type

-- count_raised_by_day: Raises of an alarm type by day of a time zone; days without any are left out.
SELECT date_trunc('day', o.raised_at, %(time_zone)s) AS day, count(*) AS count
  FROM alarms_occurrence o
  JOIN alarms_alarm a ON a.id = o.alarm_id
 WHERE o.tenant_id = ANY(%(tenants)s) AND o.raised_at >= %(since)s
   AND a.alarm_type = %(alarm_type)s
 GROUP BY 1
 ORDER BY 1

-- type_notes: What people wrote about an alarm type.
SELECT n.tenant_id AS tenant, t.name AS tenant_name, n.alarm_type, n.note, n.by, n.at
  FROM alarms_typenote n
  JOIN people_tenant t ON t.id = n.tenant_id
 WHERE n.tenant_id = ANY(%(tenants)s) AND n.alarm_type = %(alarm_type)s
 ORDER BY t.name

-- save_type_note: What people of a tenant know of an alarm type now.
INSERT INTO alarms_typenote (tenant_id, alarm_type, note, by, at)
VALUES (%(tenant)s, %(alarm_type)s, %(note)s, %(by)s, %(at)s)
ON CONFLICT (tenant_id, alarm_type) DO UPDATE SET
       note = excluded.note, by = excluded.by, at = excluded.at

-- remove_type_note: Nothing is known any more.
DELETE FROM alarms_typenote WHERE tenant_id = %(tenant)s AND alarm_type = %(alarm_type)s

-- traps_like: What traps of one kind said when they last came, newest first.
SELECT raw, last_raised_at AS at
  FROM alarms_alarm
 WHERE tenant_id = ANY(%(tenants)s) AND raw ->> 'trap_oid' = ANY(%(keys)s)
 ORDER BY changed_at DESC
 LIMIT %(limit)s

-- known_values: What the latest alarms say in the fields that conditions name.
SELECT a.alarm_type, a.managed_object, a.qualifier,
       ARRAY(SELECT jsonb_object_keys(a.raw)) AS raw_keys
  FROM alarms_alarm a
 WHERE a.tenant_id = ANY(%(tenants)s)
 ORDER BY a.changed_at DESC
 LIMIT %(limit)s
