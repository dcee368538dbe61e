-- list_sets: Sets for a list, with how many rules of some tenants name each.
SELECT s.id, s.tenant_id, t.name AS tenant_name, t.is_provider, s.name, s.kind, s.note, s.is_shared,
       s.version, s.changed_at, s.changed_by, jsonb_array_length(s.values) AS size,
       (SELECT count(*) FROM named_sets_setuse u
         WHERE u.set_name = s.name
           AND (u.tenant_id = s.tenant_id
                OR (s.is_shared AND NOT EXISTS (SELECT 1 FROM named_sets_namedset own
                                                 WHERE own.tenant_id = u.tenant_id
                                                   AND own.name = s.name)))
           AND u.tenant_id = ANY(%(reach)s)) AS uses
  FROM named_sets_namedset s
  JOIN people_tenant t ON t.id = s.tenant_id

-- values_of: What a set holds.
SELECT values FROM named_sets_namedset WHERE id = %(id)s

-- all_sets: Every set, of all tenants.
SELECT id, tenant_id AS tenant, name, kind, values, is_shared, version FROM named_sets_namedset

-- sets_named: The sets that a tenant's rules may mean by some names, its own first.
SELECT s.name, s.kind
  FROM named_sets_namedset s
 WHERE s.name = ANY(%(names)s) AND (s.tenant_id = %(tenant)s OR s.is_shared)
 ORDER BY s.tenant_id = %(tenant)s DESC

-- hold_sets: The same, kept from being removed until this change is done.
SELECT s.id
  FROM named_sets_namedset s
 WHERE s.name = ANY(%(names)s) AND (s.tenant_id = %(tenant)s OR s.is_shared)
   FOR KEY SHARE

-- lock_set: One set among some tenants, locked.
SELECT id, tenant_id AS tenant, name, kind, values, note, is_shared, version, changed_at, changed_by
  FROM named_sets_namedset
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_set: A new set; nothing when its tenant has one of the name.
INSERT INTO named_sets_namedset (
       tenant_id, name, kind, values, note, is_shared, version, changed_at, changed_by)
VALUES (%(tenant)s, %(name)s, %(kind)s, %(set_values)s::jsonb, %(note)s, %(is_shared)s, 1,
        %(changed_at)s, %(changed_by)s)
ON CONFLICT (tenant_id, name) DO NOTHING
RETURNING id

-- change_set: What a set holds from now on.
UPDATE named_sets_namedset
   SET name = %(name)s, kind = %(kind)s, values = %(set_values)s::jsonb, note = %(note)s,
       is_shared = %(is_shared)s, version = %(version)s, changed_at = %(changed_at)s,
       changed_by = %(changed_by)s
 WHERE id = %(id)s

-- name_is_taken: Whether a set of a tenant, but not this one, or a shared one has a name.
SELECT EXISTS (SELECT 1 FROM named_sets_namedset
                WHERE name = %(name)s AND id <> %(but)s
                  AND (tenant_id = %(tenant)s OR is_shared)) AS is_taken

-- remove_set: A set is no more.
DELETE FROM named_sets_namedset WHERE id = %(id)s

-- uses_of_set: The rules that mean this set by its name, of all tenants.
SELECT u.kind, u.rule AS id, u.tenant_id AS tenant, u.rule_name AS name
  FROM named_sets_setuse u
  JOIN named_sets_namedset s ON s.id = %(id)s AND s.name = u.set_name
 WHERE u.tenant_id = s.tenant_id
    OR (s.is_shared AND NOT EXISTS (SELECT 1 FROM named_sets_namedset own
                                     WHERE own.tenant_id = u.tenant_id AND own.name = s.name))
 ORDER BY u.kind, lower(u.rule_name), u.rule

-- drop_uses: A rule names no set any more.
DELETE FROM named_sets_setuse WHERE kind = %(kind)s AND rule = %(rule)s

-- add_uses: The sets that a rule names.
INSERT INTO named_sets_setuse (tenant_id, kind, rule, rule_name, set_name)
SELECT %(tenant)s, %(kind)s, %(rule)s, %(name)s, named FROM unnest(%(names)s::text[]) AS named

-- provider: The tenant whose sets can be shared.
SELECT id FROM people_tenant WHERE is_provider

-- signature: Differs whenever a set does.
SELECT count(*) AS count, max(changed_at) AS changed_at, sum(version) AS versions, max(id) AS newest
  FROM named_sets_namedset
