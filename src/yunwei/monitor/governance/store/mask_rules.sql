-- list_mask_rules: Mask rules for a list, with what they did.
SELECT r.id, r.tenant_id, r.version, r.name, r.condition, r.effect, r.downgrade_to,
       r.end_policy, r."window", r.starts_at, r.expires_at, r.reason, r.owner, r.is_enabled, r.changed_at,
       coalesce(s.hits, 0) AS hits, coalesce(s.hidden_now, 0) AS hidden_now, s.last_hit_at
  FROM governance_maskrule r
  LEFT JOIN (SELECT rule_id, count(*) AS hits, count(*) FILTER (WHERE until IS NULL) AS hidden_now,
                    max(since) AS last_hit_at
               FROM governance_suppression
              WHERE rule_id IS NOT NULL
              GROUP BY rule_id) s ON s.rule_id = r.id

-- current_mask_rules: Every rule that is enabled and not over, of all tenants.
SELECT id, tenant_id AS tenant, version, name, condition, effect, downgrade_to, end_policy,
       "window", starts_at, expires_at, reason, owner, is_enabled, changed_at
  FROM governance_maskrule
 WHERE is_enabled AND expires_at > %(now)s

-- lock_mask_rule: One rule among some tenants, locked.
SELECT id, tenant_id AS tenant, version, name, condition, effect, downgrade_to, end_policy,
       "window", starts_at, expires_at, reason, owner, is_enabled, changed_at
  FROM governance_maskrule
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_mask_rule: A new rule.
INSERT INTO governance_maskrule (
       tenant_id, version, name, condition, effect, downgrade_to, end_policy, "window",
       starts_at, expires_at, reason, owner, is_enabled, changed_at)
VALUES (%(tenant)s, 1, %(name)s, %(condition)s::jsonb, %(effect)s, %(downgrade_to)s,
        %(end_policy)s, %(window)s::jsonb, %(starts_at)s, %(expires_at)s, %(reason)s, %(owner)s, %(is_enabled)s, %(changed_at)s)
RETURNING id

-- change_mask_rule: A rule's next version.
UPDATE governance_maskrule SET
       version = %(version)s, name = %(name)s, condition = %(condition)s::jsonb,
       effect = %(effect)s, downgrade_to = %(downgrade_to)s, end_policy = %(end_policy)s, "window" = %(window)s::jsonb, starts_at = %(starts_at)s,
       expires_at = %(expires_at)s, reason = %(reason)s, owner = %(owner)s,
       is_enabled = %(is_enabled)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- add_mask_rule_version: What a rule says from this version on.
INSERT INTO governance_maskruleversion (rule_id, version, content, by, at)
VALUES (%(rule)s, %(version)s, %(content)s::jsonb, %(by)s, %(at)s)

-- mask_rule_versions: The versions of a rule, newest first.
SELECT version, content, by, at FROM governance_maskruleversion
 WHERE rule_id = %(rule)s ORDER BY version DESC

-- hidden_by_rule: The alarms that a rule kept quiet, latest first.
SELECT s.id, s.tenant_id, s.alarm_id, s.since, s.until, s.effect, s.rule_version, a.text,
       a.managed_object, a.severity, a.is_cleared
  FROM governance_suppression s
  JOIN alarms_alarm a ON a.id = s.alarm_id
 WHERE s.rule_id = %(rule)s
 ORDER BY s.since DESC, s.id DESC
 LIMIT %(limit)s

-- rules_signature: Changes whenever a mask rule does.
SELECT count(*) AS count, max(changed_at) AS changed_at, sum(version) AS versions
  FROM governance_maskrule
