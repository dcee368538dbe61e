-- evidence: What live rules of some tenants did since an instant, and what others hid first.
WITH live AS (
    SELECT id, tenant_id, owner, starts_at, changed_at
      FROM governance_maskrule
     WHERE tenant_id = ANY(%(tenants)s) AND state IN ('active', 'shadow')
), hidden AS (
    SELECT s.rule_id, s.tenant_id, s.alarm_id, s.occurrence, min(s.since) AS since
      FROM governance_suppression s
     WHERE s.tenant_id = ANY(%(tenants)s) AND s.rule_id IS NOT NULL AND s.since >= %(since)s
     GROUP BY s.rule_id, s.tenant_id, s.alarm_id, s.occurrence
), counted AS (
    SELECT h.rule_id, count(*) AS hidden, count(*) FILTER (WHERE o.severity = 'critical') AS critical
      FROM hidden h
      LEFT JOIN alarms_occurrence o ON o.id = h.occurrence
     GROUP BY h.rule_id
), first_by AS (
    SELECT DISTINCT ON (rule_id) rule_id, other, count
      FROM (SELECT h.rule_id, f.rule_id AS other, count(*) AS count
              FROM hidden h
              JOIN hidden f ON f.alarm_id = h.alarm_id AND f.occurrence = h.occurrence
                           AND (f.since, f.rule_id) < (h.since, h.rule_id)
             GROUP BY h.rule_id, f.rule_id) AS pairs
     ORDER BY rule_id, count DESC, other
), totals AS (
    SELECT tenant_id, count(*) AS total
      FROM alarms_occurrence
     WHERE tenant_id = ANY(%(tenants)s) AND raised_at >= %(since)s
     GROUP BY tenant_id
)
SELECT r.id AS rule, r.tenant_id AS tenant, coalesce(c.hidden, 0) AS hidden,
       coalesce(c.critical, 0) AS critical, coalesce(t.total, 0) AS total,
       greatest(r.starts_at, r.changed_at) AS live_since,
       (SELECT max(since) FROM governance_suppression WHERE rule_id = r.id) AS last_hit_at,
       EXISTS (SELECT 1 FROM people_user u WHERE u.username = r.owner AND u.is_active) AS has_owner,
       f.other, coalesce(o.name, '') AS other_name, coalesce(f.count, 0) AS other_first
  FROM live r
  LEFT JOIN counted c ON c.rule_id = r.id
  LEFT JOIN totals t ON t.tenant_id = r.tenant_id
  LEFT JOIN first_by f ON f.rule_id = r.id
  LEFT JOIN governance_maskrule o ON o.id = f.other
