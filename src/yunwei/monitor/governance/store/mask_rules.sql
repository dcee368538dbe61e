-- list_mask_rules: Mask rules for a list, with what they did and what waits.
SELECT r.id, r.tenant_id, r.version, r.state, r.name, r.condition, r.effect, r.downgrade_to,
       r.hides_critical, r.end_policy, r.times, r.lasts_minutes, r.flexible_since, r.starts_at,
       r.expires_at, r.reason, r.ticket, r.owner, r.changed_at,
       coalesce(s.hits, 0) AS hits, coalesce(s.hidden_now, 0) AS hidden_now,
       coalesce(s.unique_objects, 0) AS unique_objects, s.last_hit_at,
       coalesce(h.would_hide, 0) AS would_hide,
       CASE WHEN v.version > r.version AND v.rejected_at IS NULL THEN v.version END AS pending,
       CASE WHEN v.approved_at IS NULL AND v.rejected_at IS NULL
            THEN coalesce(v.asked_by, '') ELSE '' END AS asked_by
  FROM governance_maskrule r
  LEFT JOIN (SELECT rule_id, count(*) AS hits, count(*) FILTER (WHERE until IS NULL) AS hidden_now,
                    count(DISTINCT alarm_id) AS unique_objects, max(since) AS last_hit_at
               FROM governance_suppression
              WHERE rule_id IS NOT NULL
              GROUP BY rule_id) s ON s.rule_id = r.id
  LEFT JOIN (SELECT rule_id, count(*) AS would_hide
               FROM governance_shadowhit GROUP BY rule_id) h ON h.rule_id = r.id
  LEFT JOIN LATERAL (SELECT version, asked_by, approved_at, rejected_at
                       FROM governance_maskruleversion
                      WHERE rule_id = r.id AND version >= r.version
                      ORDER BY version DESC LIMIT 1) v ON true

-- current_mask_rules: Every rule that is live, of all tenants; its condition as text.
SELECT id, tenant_id AS tenant, version, state, name, condition::text AS condition, effect, downgrade_to,
       hides_critical, end_policy, times, lasts_minutes, flexible_since, starts_at, expires_at,
       reason, ticket, owner, changed_at
  FROM governance_maskrule
 WHERE state IN ('active', 'shadow')

-- rules_living: Rules whose life touches a time, those that act first, and how many there are.
SELECT id, tenant_id AS tenant, version, state, name, condition::text AS condition, effect, downgrade_to,
       hides_critical, end_policy, times, lasts_minutes, flexible_since, starts_at, expires_at,
       reason, ticket, owner, changed_at, count(*) OVER () AS total
  FROM governance_maskrule
 WHERE tenant_id = ANY(%(tenants)s) AND state <> 'archived'
   AND starts_at < %(until)s AND expires_at > %(since)s
 ORDER BY state = 'draft', starts_at, id
 LIMIT %(limit)s

-- live_conditions: What the other live rules of a tenant match.
SELECT condition::text AS condition FROM governance_maskrule
 WHERE tenant_id = %(tenant)s AND id <> %(but)s AND state IN ('active', 'shadow')

-- lock_mask_rule: One rule among some tenants, locked.
SELECT id, tenant_id AS tenant, version, state, name, condition, effect, downgrade_to,
       hides_critical, end_policy, times, lasts_minutes, flexible_since, starts_at, expires_at,
       reason, ticket, owner, changed_at
  FROM governance_maskrule
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_mask_rule: A new rule.
INSERT INTO governance_maskrule (
       tenant_id, version, state, name, condition, effect, downgrade_to, hides_critical,
       end_policy, times, lasts_minutes, starts_at, expires_at, reason, ticket, owner, changed_at)
VALUES (%(tenant)s, %(version)s, %(state)s, %(name)s, %(condition)s::jsonb, %(effect)s,
        %(downgrade_to)s, %(hides_critical)s, %(end_policy)s, %(times)s::jsonb,
        %(lasts_minutes)s::integer, %(starts_at)s, %(expires_at)s, %(reason)s, %(ticket)s,
        %(owner)s, %(changed_at)s)
RETURNING id

-- change_mask_rule: A rule's next version, or its next state.
UPDATE governance_maskrule SET
       version = %(version)s, state = %(state)s, name = %(name)s,
       condition = %(condition)s::jsonb, effect = %(effect)s, downgrade_to = %(downgrade_to)s,
       hides_critical = %(hides_critical)s, end_policy = %(end_policy)s,
       times = %(times)s::jsonb, lasts_minutes = %(lasts_minutes)s::integer,
       flexible_since = %(flexible_since)s::timestamptz, starts_at = %(starts_at)s,
       expires_at = %(expires_at)s, reason = %(reason)s, ticket = %(ticket)s, owner = %(owner)s,
       changed_at = %(changed_at)s
 WHERE id = %(id)s

-- expire_mask_rules: The rules whose life is over and that were live until then.
UPDATE governance_maskrule SET state = 'expired', changed_at = %(now)s
 WHERE state IN ('active', 'shadow') AND expires_at <= %(now)s
RETURNING id, tenant_id AS tenant

-- begin_flexible: Flexible rules whose first alarm of this window has come.
UPDATE governance_maskrule SET flexible_since = %(now)s
 WHERE id = ANY(%(ids)s) AND state = 'active'

-- add_mask_rule_version: What a rule says from this version on.
INSERT INTO governance_maskruleversion (rule_id, version, content, fingerprint, by, at)
VALUES (%(rule)s, %(version)s, %(content)s::jsonb, %(fingerprint)s, %(by)s, %(at)s)

-- mask_rule_versions: The versions of a rule, newest first.
SELECT version, content, fingerprint, by, at, simulated_at, simulated_by, asked_at, asked_by,
       approved_at, approved_by, rejected_at, rejected_by, note
  FROM governance_maskruleversion
 WHERE rule_id = %(rule)s ORDER BY version DESC

-- note_simulated: Somebody saw what this version would have done.
UPDATE governance_maskruleversion SET simulated_at = %(at)s, simulated_by = %(by)s
 WHERE rule_id = %(rule)s AND version = %(version)s

-- note_asked: Somebody wants this version approved.
UPDATE governance_maskruleversion
   SET asked_at = %(at)s, asked_by = %(by)s, rejected_at = NULL, rejected_by = '', note = ''
 WHERE rule_id = %(rule)s AND version = %(version)s

-- note_approved: A second person approves this version.
UPDATE governance_maskruleversion SET approved_at = %(at)s, approved_by = %(by)s
 WHERE rule_id = %(rule)s AND version = %(version)s

-- note_rejected: A second person does not approve this version.
UPDATE governance_maskruleversion
   SET rejected_at = %(at)s, rejected_by = %(by)s, note = %(note)s, asked_at = NULL
 WHERE rule_id = %(rule)s AND version = %(version)s

-- hidden_by_rule: The alarms that a rule kept quiet, latest first.
SELECT s.id, s.tenant_id, s.alarm_id, s.since, s.until, s.effect, s.rule_version, a.text,
       a.alarm_type, a.managed_object, a.severity, a.is_cleared
  FROM governance_suppression s
  JOIN alarms_alarm a ON a.id = s.alarm_id
 WHERE s.rule_id = %(rule)s
 ORDER BY s.since DESC, s.id DESC
 LIMIT %(limit)s

-- shadow_hits: What a rule in shadow would have done, latest first.
SELECT h.id, h.tenant_id, h.alarm_id, h.at, h.effect, h.rule_version, h.severity, a.text,
       a.alarm_type, a.managed_object, a.is_cleared
  FROM governance_shadowhit h
  JOIN alarms_alarm a ON a.id = h.alarm_id
 WHERE h.rule_id = %(rule)s
 ORDER BY h.at DESC, h.id DESC
 LIMIT %(limit)s

-- rules_to_tell: The rules whose life has an edge nearby, or that somebody asks to approve.
SELECT r.id AS rule, r.tenant_id AS tenant, r.version, r.name, r.owner, r.state, r.starts_at,
       r.expires_at, r.changed_at AS made_at, coalesce(s.hits, 0) AS hits,
       coalesce(s.standing, 0) AS standing, v.version AS newest, v.by, v.asked_at, v.asked_by,
       v.approved_at, v.approved_by, v.rejected_at, v.rejected_by, v.note
  FROM governance_maskrule r
  JOIN LATERAL (SELECT * FROM governance_maskruleversion
                 WHERE rule_id = r.id ORDER BY version DESC LIMIT 1) v ON true
  LEFT JOIN LATERAL (SELECT count(*) AS hits,
                            count(*) FILTER (WHERE NOT a.is_cleared
                                                   AND a.occurrence = s.occurrence) AS standing
                       FROM governance_suppression s
                       JOIN alarms_alarm a ON a.id = s.alarm_id
                      WHERE s.rule_id = r.id AND r.state = 'expired') s ON true
 WHERE (r.state = 'active' AND r.starts_at > %(now)s AND r.starts_at < %(soon)s)
    OR (r.state = 'active' AND r.expires_at < %(until)s)
    OR (r.state = 'expired' AND r.expires_at > %(since)s)
    OR (r.state <> 'archived' AND greatest(v.asked_at, v.approved_at, v.rejected_at) > %(since)s)

-- rules_signature: Changes whenever a mask rule does.
SELECT count(*) AS count, max(changed_at) AS changed_at, sum(version) AS versions,
       max(flexible_since) AS flexible_since
  FROM governance_maskrule
