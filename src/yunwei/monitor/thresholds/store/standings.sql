-- list_standings: Objects that are not at rest by a rule.
SELECT s.id, s.tenant_id, s.tenant_id AS tenant, s.rule_id AS rule, s.source_id AS source,
       c.name AS source_name, s.object_id, s.managed_object, s.name, s.state, s.severity, s.value,
       s.changed_at
  FROM thresholds_standing s
  JOIN collect_source c ON c.id = s.source_id

-- standings_of_rule: All that a rule remembers.
SELECT rule_id AS rule, version, tenant_id AS tenant, source_id AS source, object_id,
       managed_object, name, standing, severity, value, changed_at
  FROM thresholds_standing
 WHERE rule_id = %(rule)s

-- drop_standings: Forgets objects of a rule that are at rest.
DELETE FROM thresholds_standing s
 USING unnest(%(sources)s::bigint[], %(names)s::text[]) AS gone (source, object_id)
 WHERE s.rule_id = %(rule)s AND s.source_id = gone.source AND s.object_id = gone.object_id

-- keep_standings: Remembers objects of a rule.
INSERT INTO thresholds_standing AS kept (
       tenant_id, rule_id, source_id, object_id, version, managed_object, name, standing, state,
       severity, value, changed_at)
SELECT tenant, %(rule)s, source, object_id, version, managed_object, name, standing, state,
       severity, value, changed_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       tenant bigint, source bigint, object_id text, version integer, managed_object text,
       name text, standing jsonb, state text, severity text, value double precision,
       changed_at timestamptz)
    ON CONFLICT (rule_id, source_id, object_id) DO UPDATE SET
       version = excluded.version, managed_object = excluded.managed_object,
       name = excluded.name, standing = excluded.standing, state = excluded.state,
       severity = excluded.severity, value = excluded.value, changed_at = excluded.changed_at
