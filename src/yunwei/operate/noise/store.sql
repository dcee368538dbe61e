-- funnel: From what was reported to what reached people.
-- Over when heard of: whoever reads it first judged so, and nobody could have been told.
SELECT o.reports, o.occurrences, o.late_reports, o.late, m.told, s.situations, m.messages,
       m.on_screen
  FROM (SELECT coalesce(sum(each.reports), 0)::bigint AS reports, count(*) AS occurrences,
               coalesce(sum(each.reports) FILTER (WHERE each.is_late), 0)::bigint AS late_reports,
               count(*) FILTER (WHERE each.is_late) AS late
          FROM (SELECT CASE WHEN a.occurrence = o.id THEN a.count ELSE o.count END AS reports,
                       o.cleared_at IS NOT NULL AND EXISTS (
                           SELECT FROM governance_judgement j
                             LEFT JOIN governance_grounds g ON g.id = j.grounds_id
                            WHERE j.alarm_id = o.alarm_id AND j.occurrence = o.id
                              AND coalesce(g.decisions, j.decisions)
                                  @> '[{"reason": "over_already"}]') AS is_late
                  FROM alarms_occurrence o
                  JOIN alarms_alarm a ON a.id = o.alarm_id
                 WHERE o.tenant_id = ANY(%(tenants)s)
                   AND o.raised_at >= %(since)s AND o.raised_at < %(until)s
                   AND (%(only)s::bigint[] IS NULL OR o.id = ANY(%(only)s))) each) o,
       (SELECT count(DISTINCT occurrence) FILTER (WHERE kind IN ('raise', 'flapping')) AS told,
               count(*) FILTER (WHERE channel_id IS NOT NULL) AS messages,
               count(*) FILTER (WHERE channel_id IS NULL) AS on_screen
          FROM notify_message
         WHERE tenant_id = ANY(%(tenants)s) AND kind <> 'test'
           AND created_at >= %(since)s AND created_at < %(until)s
           AND (%(only)s::bigint[] IS NULL OR occurrence = ANY(%(only)s))) m,
       (SELECT count(*) AS situations
          FROM governance_situation
         WHERE tenant_id = ANY(%(tenants)s) AND told_at IS NOT NULL
           AND opened_at >= %(since)s AND opened_at < %(until)s
           AND (%(only)s::bigint[] IS NULL OR root_occurrence = ANY(%(only)s))) s

-- by_stage: How many occurrences each kind of silence kept from people.
SELECT kind, count(DISTINCT occurrence) AS occurrences
  FROM governance_suppression
 WHERE tenant_id = ANY(%(tenants)s) AND since >= %(since)s AND since < %(until)s
   AND effect IN ('mute', 'hide')
   AND (%(only)s::bigint[] IS NULL OR occurrence = ANY(%(only)s))
 GROUP BY kind
 ORDER BY count(DISTINCT occurrence) DESC

-- by_rule: The same by rule.
SELECT kind, coalesce(rule_id, noise_rule_id) AS rule, max(rule_name) AS rule_name,
       count(DISTINCT occurrence) AS occurrences
  FROM governance_suppression
 WHERE tenant_id = ANY(%(tenants)s) AND since >= %(since)s AND since < %(until)s
   AND effect IN ('mute', 'hide') AND coalesce(rule_id, noise_rule_id) IS NOT NULL
   AND (%(only)s::bigint[] IS NULL OR occurrence = ANY(%(only)s))
 GROUP BY kind, coalesce(rule_id, noise_rule_id)
 ORDER BY count(DISTINCT occurrence) DESC
 LIMIT 15

-- acknowledged: How long it took until somebody took it up.
SELECT NULL::text AS severity, count(*) AS count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took_s) AS median_s,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY took_s) AS p90_s
  FROM (SELECT extract(epoch FROM min(c.at) - o.raised_at) AS took_s
          FROM alarms_occurrence o
          JOIN alarms_change c ON c.alarm_id = o.alarm_id AND c.verb = 'acknowledged'
           AND c.at >= o.raised_at AND (o.cleared_at IS NULL OR c.at <= o.cleared_at)
         WHERE o.tenant_id = ANY(%(tenants)s)
           AND o.raised_at >= %(since)s AND o.raised_at < %(until)s
           AND (%(only)s::bigint[] IS NULL OR o.id = ANY(%(only)s))
         GROUP BY o.id, o.raised_at) taken

-- cleared: How long alarms lasted that nothing kept quiet, by severity.
SELECT o.severity, count(*) AS count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM o.cleared_at - o.raised_at))
           AS median_s,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM o.cleared_at - o.raised_at))
           AS p90_s
  FROM alarms_occurrence o
 WHERE o.tenant_id = ANY(%(tenants)s) AND o.cleared_at IS NOT NULL
   AND o.raised_at >= %(since)s AND o.raised_at < %(until)s
   AND (%(only)s::bigint[] IS NULL OR o.id = ANY(%(only)s))
   AND NOT EXISTS (SELECT 1 FROM governance_suppression s
                    WHERE s.alarm_id = o.alarm_id AND s.occurrence = o.id
                      AND s.effect IN ('mute', 'hide'))
 GROUP BY o.severity
 ORDER BY array_position(ARRAY['critical', 'major', 'minor', 'warning'], o.severity)

-- people: How often each person was told.
SELECT coalesce(nullif(u.display_name, ''), u.username) AS name,
       count(*) FILTER (WHERE m.channel_id IS NOT NULL) AS by_channel,
       count(*) FILTER (WHERE m.channel_id IS NULL) AS on_screen,
       count(*) FILTER (WHERE extract(hour FROM m.created_at AT TIME ZONE %(time_zone)s) >= 22
                           OR extract(hour FROM m.created_at AT TIME ZONE %(time_zone)s) < 7)
           AS asleep
  FROM notify_message m
  JOIN people_user u ON u.id = m.user_id
 WHERE m.tenant_id = ANY(%(tenants)s) AND m.kind <> 'test'
   AND m.created_at >= %(since)s AND m.created_at < %(until)s
   AND (%(only)s::bigint[] IS NULL OR m.occurrence = ANY(%(only)s))
 GROUP BY u.id, u.display_name, u.username
 ORDER BY count(*) DESC, name
 LIMIT 20

-- talkers: The alarms that were reported most.
SELECT a.id AS alarm, a.text, a.managed_object, a.alarm_type, count(*) AS occurrences,
       sum(CASE WHEN a.occurrence = o.id THEN a.count ELSE o.count END)::bigint AS reports
  FROM alarms_occurrence o
  JOIN alarms_alarm a ON a.id = o.alarm_id
 WHERE o.tenant_id = ANY(%(tenants)s)
   AND o.raised_at >= %(since)s AND o.raised_at < %(until)s
   AND (%(only)s::bigint[] IS NULL OR o.id = ANY(%(only)s))
 GROUP BY a.id
HAVING count(*) > 1 OR sum(CASE WHEN a.occurrence = o.id THEN a.count ELSE o.count END) > 1
 ORDER BY reports DESC, a.id
 LIMIT 10

-- standing: The alarms that have stood longest, for a day at least.
SELECT id AS alarm, text, managed_object, alarm_type, severity, raised_at, count(*) OVER () AS total
  FROM alarms_alarm
 WHERE tenant_id = ANY(%(tenants)s) AND NOT is_cleared
   AND raised_at < %(until)s::timestamptz - interval '24 hours'
   AND (%(only)s::bigint[] IS NULL OR occurrence = ANY(%(only)s))
 ORDER BY raised_at, id
 LIMIT 10

-- unmapped: The types that no definition knows.
SELECT alarm_type, count(*) AS alarms
  FROM alarms_alarm
 WHERE tenant_id = ANY(%(tenants)s) AND starts_with(alarm_type, 'unmapped.')
   AND last_raised_at >= %(since)s AND last_raised_at < %(until)s
   AND (%(only)s::bigint[] IS NULL OR occurrence = ANY(%(only)s))
 GROUP BY alarm_type
 ORDER BY count(*) DESC, alarm_type
 LIMIT 10

-- over_time: What began in each hour or day, and what of it was told; empty ones as well.
SELECT step.at, count(o.id) AS occurrences,
       count(o.id) FILTER (WHERE EXISTS (
           SELECT 1 FROM notify_message m
            WHERE m.alarm_id = o.alarm_id AND m.occurrence = o.id
              AND m.kind IN ('raise', 'flapping'))) AS told,
       count(o.id) FILTER (WHERE o.cleared_at IS NOT NULL AND EXISTS (
           SELECT FROM governance_judgement j
             LEFT JOIN governance_grounds g ON g.id = j.grounds_id
            WHERE j.alarm_id = o.alarm_id AND j.occurrence = o.id
              AND coalesce(g.decisions, j.decisions) @> '[{"reason": "over_already"}]')) AS late
  FROM generate_series(date_trunc(%(step)s, %(since)s::timestamptz, %(time_zone)s),
                       %(until)s::timestamptz, ('1 ' || %(step)s)::interval) AS step (at)
  LEFT JOIN alarms_occurrence o
    ON o.tenant_id = ANY(%(tenants)s)
   AND o.raised_at >= step.at AND o.raised_at < step.at + ('1 ' || %(step)s)::interval
   AND o.raised_at >= %(since)s AND o.raised_at < %(until)s
   AND (%(only)s::bigint[] IS NULL OR o.id = ANY(%(only)s))
 GROUP BY step.at
 ORDER BY step.at

-- chosen: What began in a time, and what still stands, as conditions ask it.
SELECT o.id, o.severity, o.text, a.alarm_type, a.managed_object, s.name AS source_name
  FROM alarms_occurrence o
  JOIN alarms_alarm a ON a.id = o.alarm_id
  JOIN collect_source s ON s.id = a.source_id
 WHERE o.tenant_id = ANY(%(tenants)s)
   AND (o.raised_at >= %(since)s AND o.raised_at < %(until)s
        OR o.raised_at < %(since)s AND o.cleared_at IS NULL)
