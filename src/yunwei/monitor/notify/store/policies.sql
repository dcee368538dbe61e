-- list_policies: Escalation policies for a list, with how many escalations go by each now.
SELECT p.id, p.tenant_id, p.version, p.name, p.steps, p.loops, p.loop_delay_s, p.changed_at,
       (SELECT count(*) FROM notify_escalation e
         WHERE e.policy_id = p.id AND e.next_at IS NOT NULL) AS under_way,
       ARRAY(SELECT r.name FROM notify_route r
              WHERE r.policy_id = p.id AND r.removed_at IS NULL
              ORDER BY r.position) AS route_names
  FROM notify_policy p
 WHERE p.removed_at IS NULL

-- current_policies: Every policy, of all tenants.
SELECT id, tenant_id AS tenant, version, name, steps, loops, loop_delay_s, changed_at
  FROM notify_policy
 WHERE removed_at IS NULL

-- lock_policy: One policy among some tenants, locked.
SELECT id, tenant_id AS tenant, version, name, steps, loops, loop_delay_s, changed_at
  FROM notify_policy
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- add_policy: A new policy; nothing when its name is taken.
INSERT INTO notify_policy (tenant_id, version, name, steps, loops, loop_delay_s, changed_at)
VALUES (%(tenant)s, 1, %(name)s, %(steps)s::jsonb, %(loops)s, %(loop_delay_s)s, %(changed_at)s)
ON CONFLICT DO NOTHING
RETURNING id

-- policy_name_taken: Another policy of the tenant with this name.
SELECT id FROM notify_policy
 WHERE tenant_id = %(tenant)s AND lower(name) = lower(%(name)s) AND id <> %(id)s
   AND removed_at IS NULL

-- change_policy: A policy's next version.
UPDATE notify_policy SET
       version = %(version)s, name = %(name)s, steps = %(steps)s::jsonb, loops = %(loops)s,
       loop_delay_s = %(loop_delay_s)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_policy: Takes a policy out of use; escalations under way go by their own copy.
UPDATE notify_policy SET removed_at = %(at)s, changed_at = %(at)s WHERE id = %(id)s

-- routes_of_policy: The names of the routes that lead to a policy.
SELECT name FROM notify_route
 WHERE policy_id = %(id)s AND removed_at IS NULL
 ORDER BY position

-- add_policy_version: What a policy says from this version on.
INSERT INTO notify_policyversion (policy_id, version, content, by, at)
VALUES (%(id)s, %(version)s, %(content)s::jsonb, %(by)s, %(at)s)

-- policy_versions: The versions of a policy, newest first.
SELECT version, content, by, at FROM notify_policyversion
 WHERE policy_id = %(id)s ORDER BY version DESC
