-- source_names: The names of all sources.
SELECT id, name FROM collect_source

-- add_grounds: What the stages said, where it was never said so before.
INSERT INTO governance_grounds (id, decisions)
SELECT * FROM unnest(%(rows.id)s::bigint[], %(rows.decisions)s::jsonb[])
ON CONFLICT (id) DO NOTHING

-- add_judgements: What was decided.
INSERT INTO governance_judgement (
       tenant_id, alarm_id, occurrence, at, occasion, is_to_be_told, grounds_id)
SELECT *
  FROM unnest(%(rows.tenant)s::bigint[], %(rows.alarm)s::bigint[],
              %(rows.occurrence)s::bigint[], %(rows.at)s::timestamptz[],
              %(rows.occasion)s::text[], %(rows.is_to_be_told)s::boolean[],
              %(rows.grounds)s::bigint[])

-- judgements_of_alarm: What was decided about an alarm, newest first.
SELECT j.alarm_id AS alarm, j.occurrence, j.at, j.occasion, j.is_to_be_told,
       coalesce(g.decisions, j.decisions) AS decisions
  FROM governance_judgement j
  LEFT JOIN governance_grounds g ON g.id = j.grounds_id
 WHERE j.alarm_id = %(alarm)s
 ORDER BY j.at DESC, j.id DESC
 LIMIT %(limit)s

-- end_suppressions: Closes what no longer keeps these alarms quiet.
UPDATE governance_suppression s SET until = %(now)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       alarm bigint, kind text, rule_id bigint, noise_rule_id bigint, rule_version integer)
 WHERE s.until IS NULL AND s.alarm_id = r.alarm AND s.kind = r.kind
   AND s.rule_id IS NOT DISTINCT FROM r.rule_id
   AND s.noise_rule_id IS NOT DISTINCT FROM r.noise_rule_id
   AND s.rule_version IS NOT DISTINCT FROM r.rule_version

-- add_suppressions: Writes what keeps these alarms quiet from now on, or did for a moment.
INSERT INTO governance_suppression (
       tenant_id, alarm_id, occurrence, kind, effect, rule_id, noise_rule_id, rule_version,
       rule_name, since, until)
SELECT r.tenant, r.alarm, r.occurrence, r.kind, r.effect, r.rule_id, r.noise_rule_id,
       r.rule_version, r.rule_name, r.since, r.until
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       tenant bigint, alarm bigint, occurrence bigint, kind text, effect text, rule_id bigint,
       noise_rule_id bigint, rule_version integer, rule_name text, since timestamptz,
       until timestamptz)

-- add_shadow_hits: Notes what rules in shadow would have done, once for each occurrence.
INSERT INTO governance_shadowhit (
       tenant_id, rule_id, rule_version, alarm_id, occurrence, effect, severity, at)
SELECT r.tenant, r.rule_id, r.rule_version, r.alarm, r.occurrence, r.effect, r.severity, r.at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       tenant bigint, rule_id bigint, rule_version integer, alarm bigint, occurrence bigint,
       effect text, severity text, at timestamptz)
ON CONFLICT (rule_id, rule_version, occurrence) DO NOTHING
