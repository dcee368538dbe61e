-- list_noise_rules: Noise rules for a list, with what they did in the last 30 days.
SELECT r.id, r.tenant_id, r.kind, r.version, r.name, r.content, r.is_enabled, r.slug, r.changed_at,
       coalesce(s.hits, 0) AS hits, s.last_hit_at
  FROM governance_noiserule r
  LEFT JOIN (SELECT noise_rule_id, count(*) AS hits, max(since) AS last_hit_at
               FROM governance_suppression
              WHERE noise_rule_id IS NOT NULL AND since >= now() - interval '30 days'
              GROUP BY noise_rule_id) s ON s.noise_rule_id = r.id
 WHERE r.removed_at IS NULL

-- current_noise_rules: Every noise rule that is enabled, of all tenants.
SELECT id, tenant_id AS tenant, kind, version, name, content, is_enabled, slug, changed_at
  FROM governance_noiserule
 WHERE is_enabled AND removed_at IS NULL

-- known_slugs: The rules that came with the platform once, removed ones included.
SELECT slug FROM governance_noiserule WHERE slug <> ''

-- lock_noise_rule: One rule among some tenants, locked.
SELECT id, tenant_id AS tenant, kind, version, name, content, is_enabled, slug, changed_at
  FROM governance_noiserule
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- add_noise_rule: A new rule.
INSERT INTO governance_noiserule (
       tenant_id, kind, version, name, content, is_enabled, slug, changed_at)
VALUES (%(tenant)s, %(kind)s, 1, %(name)s, %(content)s::jsonb, %(is_enabled)s, %(slug)s,
        %(changed_at)s)
RETURNING id

-- change_noise_rule: A rule's next version.
UPDATE governance_noiserule SET
       version = %(version)s, name = %(name)s, content = %(content)s::jsonb,
       is_enabled = %(is_enabled)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_noise_rule: Takes a rule out of use; what it did keeps its name.
UPDATE governance_noiserule SET removed_at = %(at)s, is_enabled = false, changed_at = %(at)s
 WHERE id = %(id)s

-- noise_rules_signature: Changes whenever a noise rule does.
SELECT count(*) AS count, max(changed_at) AS changed_at, sum(version) AS versions
  FROM governance_noiserule

-- provider: The tenant whose noise rules hold for all.
SELECT id FROM people_tenant WHERE is_provider
