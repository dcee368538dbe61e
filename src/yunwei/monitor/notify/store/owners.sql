-- list_ownerships: Who owns what, for a list.
SELECT o.id, o.tenant_id, o.scope, o.path, o.pool_id AS pool, o.people, o.roles, o.schedules, o.note,
       o.changed_at, coalesce(p.name, '') AS pool_name
  FROM notify_ownership o
  LEFT JOIN inventory_pool p ON p.id = o.pool_id

-- current_ownerships: Who owns what, of all tenants.
SELECT id, tenant_id AS tenant, scope, path, pool_id AS pool, people, roles, schedules, note,
       changed_at
  FROM notify_ownership

-- lock_ownership: One entry among some tenants, locked.
SELECT id, tenant_id AS tenant, scope, path, pool_id AS pool, people, roles, schedules, note,
       changed_at
  FROM notify_ownership
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_ownership: A new entry; nothing when that object or pool has one.
INSERT INTO notify_ownership (
       tenant_id, scope, path, pool_id, people, roles, schedules, note, changed_at)
VALUES (%(tenant)s, %(scope)s, %(path)s, %(pool)s, %(people)s::jsonb, %(roles)s::jsonb,
        %(schedules)s::jsonb, %(note)s, %(changed_at)s)
ON CONFLICT DO NOTHING
RETURNING id

-- change_ownership: An entry's new content.
UPDATE notify_ownership SET
       people = %(people)s::jsonb, roles = %(roles)s::jsonb, schedules = %(schedules)s::jsonb,
       note = %(note)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_ownership: Nobody owns it any more.
DELETE FROM notify_ownership WHERE id = %(id)s

-- pool_tenant: Whose pool it is.
SELECT tenant_id AS tenant FROM inventory_pool WHERE id = %(pool)s

-- pools_of: In which pool managed objects are: a pool itself, or a desktop by name, native id or
-- address as a part of the path. What has no name or address is no part of any path.
SELECT DISTINCT ON (asked.source, asked.path) asked.source, asked.path, p.id AS pool
  FROM (SELECT source, path, array_remove(string_to_array(path, '/'), '') AS parts
          FROM unnest(%(sources)s::bigint[], %(paths)s::text[]) AS said (source, path)) AS asked
  JOIN inventory_pool p ON p.source_id = asked.source AND p.gone_at IS NULL
 WHERE p.native_id = ANY(asked.parts)
    OR p.name = ANY(asked.parts)
    OR EXISTS (
           SELECT 1 FROM inventory_desktop d
            WHERE d.source_id = asked.source AND d.gone_at IS NULL AND d.pool = p.native_id
              AND ARRAY[d.name, d.native_id, d.ip] && asked.parts)
 ORDER BY asked.source, asked.path, p.id
