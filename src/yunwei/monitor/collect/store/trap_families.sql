-- list_trap_families: Families of trap definitions for a list; the provider's serve everybody.
SELECT f.id, f.tenant_id, t.name AS tenant_name, f.name, f.content::text AS content,
       jsonb_array_length(f.content -> 'trap') AS traps, f.origin, f.is_enabled, f.version,
       f.changed_by, f.changed_at
  FROM collect_trapfamily f
  JOIN people_tenant t ON t.id = f.tenant_id

-- trap_families_for: The enabled families that serve a tenant's sources, its own ones last.
SELECT f.content::text AS content
  FROM collect_trapfamily f
  JOIN people_tenant t ON t.id = f.tenant_id
 WHERE f.is_enabled AND (f.tenant_id = %(tenant)s OR t.is_provider)
 ORDER BY f.tenant_id = %(tenant)s, f.id

-- add_trap_family: One of this name becomes its next version.
INSERT INTO collect_trapfamily (tenant_id, name, content, origin, changed_by, changed_at)
VALUES (%(tenant)s, %(name)s, %(content)s, %(origin)s, %(by)s, %(at)s)
ON CONFLICT (tenant_id, lower(name)) DO UPDATE SET
       content = excluded.content, origin = excluded.origin, changed_by = excluded.changed_by,
       changed_at = excluded.changed_at, version = collect_trapfamily.version + 1
RETURNING id

-- change_trap_family: Its next version.
UPDATE collect_trapfamily
   SET content = %(content)s, is_enabled = %(is_enabled)s, changed_by = %(by)s,
       changed_at = %(at)s, version = version + 1
 WHERE id = %(id)s AND version = %(version)s
RETURNING id

-- remove_trap_family: Its traps are unmapped again, or as we ship them.
DELETE FROM collect_trapfamily WHERE id = %(id)s
