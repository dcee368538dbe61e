-- list_rules: Threshold rules for a list, with how many objects are not well by them now.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.version, r.name, r.content, r.is_enabled,
       r.changed_at, r.evaluated_until, r.content ->> 'measure' AS measure,
       coalesce(s.alarms, 0) AS alarms, coalesce(s.pending, 0) AS pending
  FROM thresholds_thresholdrule r
  JOIN people_tenant t ON t.id = r.tenant_id
  LEFT JOIN (SELECT rule_id, count(*) FILTER (WHERE state <> 'pending') AS alarms,
                    count(*) FILTER (WHERE state = 'pending') AS pending
               FROM thresholds_standing
              GROUP BY rule_id) s ON s.rule_id = r.id
 WHERE r.removed_at IS NULL

-- lock_rule: One rule among some tenants, locked.
SELECT id, tenant_id AS tenant, version, name, content, is_enabled, changed_at, evaluated_until
  FROM thresholds_thresholdrule
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- add_rule: A new rule.
INSERT INTO thresholds_thresholdrule (
       tenant_id, version, name, content, is_enabled, changed_at, evaluated_until)
VALUES (%(tenant)s, 1, %(name)s, %(content)s::jsonb, %(is_enabled)s, %(changed_at)s,
        %(evaluated_until)s)
RETURNING id

-- change_rule: A rule's next version.
UPDATE thresholds_thresholdrule SET
       version = %(version)s, name = %(name)s, content = %(content)s::jsonb,
       is_enabled = %(is_enabled)s, changed_at = %(changed_at)s,
       evaluated_until = %(evaluated_until)s
 WHERE id = %(id)s

-- remove_rule: Takes a rule out of use; its alarms are cleared by the next evaluation.
UPDATE thresholds_thresholdrule SET
       removed_at = %(at)s, is_enabled = false, changed_at = %(at)s, version = version + 1
 WHERE id = %(id)s

-- claim_rules: Rules that may be due, each for one process: enabled ones, and others while they
-- still have something standing.
UPDATE thresholds_thresholdrule SET lease_until = %(lease_until)s
 WHERE id IN (SELECT r.id
                FROM thresholds_thresholdrule r
               WHERE (r.lease_until IS NULL OR r.lease_until <= %(now)s)
                 AND ((r.is_enabled AND r.removed_at IS NULL
                       AND (r.evaluated_until IS NULL
                            OR r.evaluated_until + (r.content ->> 'step_s')::integer
                               * interval '1 second' <= %(until)s))
                      OR EXISTS (SELECT 1 FROM thresholds_standing s
                                  WHERE s.rule_id = r.id
                                    AND (s.version <> r.version OR NOT r.is_enabled)))
                 FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id AS tenant, version, name, content, is_enabled, changed_at, evaluated_until,
          removed_at IS NOT NULL AS is_removed

-- keep_evaluated: How far a rule has come, if nobody changed it meanwhile; ends its lease.
UPDATE thresholds_thresholdrule SET evaluated_until = %(until)s, lease_until = NULL
 WHERE id = %(id)s AND version = %(version)s
RETURNING id

-- end_lease: Lets others evaluate a rule again.
UPDATE thresholds_thresholdrule SET lease_until = NULL WHERE id = %(id)s

-- provider: The tenant whose rules are about everybody's objects.
SELECT id FROM people_tenant WHERE is_provider

-- all_tenants: All tenants.
SELECT id FROM people_tenant

-- count_rules: How many rules tenants have.
SELECT count(*) AS count
  FROM thresholds_thresholdrule
 WHERE removed_at IS NULL AND tenant_id = %(tenant)s
