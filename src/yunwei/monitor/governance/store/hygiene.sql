-- more_memory: What follows in this transaction sorts in memory instead of on disk.
SELECT set_config('work_mem', '64MB', true)

-- evidence: What live rules of some tenants did, or in shadow would have done, since an instant.
WITH live AS (
    SELECT id, tenant_id, owner, starts_at, changed_at, hides_critical
      FROM governance_maskrule
     WHERE tenant_id = ANY(%(tenants)s) AND state IN ('active', 'shadow')
), hits AS (
    SELECT rule_id, occurrence, since, false AS is_shadow
      FROM governance_suppression
     WHERE tenant_id = ANY(%(tenants)s) AND rule_id IS NOT NULL AND since >= %(since)s
    UNION ALL
    SELECT rule_id, occurrence, at, true
      FROM governance_shadowhit
     WHERE tenant_id = ANY(%(tenants)s) AND at >= %(since)s
), hidden AS (
    SELECT rule_id, occurrence, min(since) AS since, bool_and(is_shadow) AS is_shadow
      FROM hits GROUP BY rule_id, occurrence
), placed AS (
    -- a window, not a join of the table with itself; and what follows is worked out once each,
    -- whatever the planner guesses of the rules
    SELECT rule_id, occurrence, first_value(rule_id) OVER one AS first,
           first_value(is_shadow) OVER one AS first_is_shadow
      FROM hidden
    WINDOW one AS (PARTITION BY occurrence ORDER BY is_shadow, since, rule_id)
), counted AS MATERIALIZED (
    SELECT rule_id, count(*) AS hidden FROM placed GROUP BY rule_id
), grave AS MATERIALIZED (
    -- the others spare what was reported as Critical
    SELECT p.rule_id, count(*) AS critical
      FROM placed p
      JOIN live r ON r.id = p.rule_id AND r.hides_critical
      JOIN alarms_occurrence o ON o.id = p.occurrence AND o.severity = 'critical'
     GROUP BY p.rule_id
), first_by AS MATERIALIZED (
    SELECT DISTINCT ON (rule_id) rule_id, first AS other, count
      FROM (SELECT rule_id, first, count(*) AS count
              FROM placed
             WHERE first <> rule_id AND NOT first_is_shadow
             GROUP BY rule_id, first) AS pairs
     ORDER BY rule_id, count DESC, first
), totals AS MATERIALIZED (
    SELECT tenant_id, count(*) AS total
      FROM alarms_occurrence
     WHERE tenant_id = ANY(%(tenants)s) AND raised_at >= %(since)s
     GROUP BY tenant_id
)
SELECT r.id AS rule, r.tenant_id AS tenant, coalesce(c.hidden, 0) AS hidden,
       coalesce(g.critical, 0) AS critical, coalesce(t.total, 0) AS total,
       greatest(r.starts_at, r.changed_at) AS live_since,
       greatest((SELECT max(since) FROM governance_suppression WHERE rule_id = r.id),
                (SELECT max(at) FROM governance_shadowhit WHERE rule_id = r.id)) AS last_hit_at,
       EXISTS (SELECT 1 FROM people_user u WHERE u.username = r.owner AND u.is_active) AS has_owner,
       f.other, coalesce(o.name, '') AS other_name, coalesce(f.count, 0) AS other_first
  FROM live r
  LEFT JOIN counted c ON c.rule_id = r.id
  LEFT JOIN grave g ON g.rule_id = r.id
  LEFT JOIN totals t ON t.tenant_id = r.tenant_id
  LEFT JOIN first_by f ON f.rule_id = r.id
  LEFT JOIN governance_maskrule o ON o.id = f.other
