-- measured_desktops: Every desktop that is there, with what tells it from others.
SELECT 'desktop' AS object_kind, d.tenant_id AS tenant, t.name AS tenant_name,
       d.source_id AS source, s.name AS source_name, d.native_id, d.name,
       coalesce(p.name, d.pool) AS pool, coalesce(h.name, d.host) AS host, d.site, d.image,
       d.kind AS desktop_kind, d.operating_system, d.state, d.is_in_maintenance,
       d.first_seen_at
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  JOIN people_tenant t ON t.id = d.tenant_id
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
 WHERE d.gone_at IS NULL AND d.tenant_id = ANY(%(tenants)s)

-- measured_pools: Every pool that is there.
SELECT 'pool' AS object_kind, o.tenant_id AS tenant, t.name AS tenant_name,
       o.source_id AS source, s.name AS source_name, o.native_id, o.name, o.name AS pool, o.image,
       o.first_seen_at
  FROM inventory_pool o
  JOIN collect_source s ON s.id = o.source_id AND s.removed_at IS NULL
  JOIN people_tenant t ON t.id = o.tenant_id
 WHERE o.gone_at IS NULL AND o.tenant_id = ANY(%(tenants)s)

-- measured_hosts: Every host that is there.
SELECT 'host' AS object_kind, o.tenant_id AS tenant, t.name AS tenant_name,
       o.source_id AS source, s.name AS source_name, o.native_id, o.name, o.name AS host,
       o.first_seen_at
  FROM inventory_host o
  JOIN collect_source s ON s.id = o.source_id AND s.removed_at IS NULL
  JOIN people_tenant t ON t.id = o.tenant_id
 WHERE o.gone_at IS NULL AND o.tenant_id = ANY(%(tenants)s)

-- measured_licences: Every licence that is there.
SELECT 'licence' AS object_kind, o.tenant_id AS tenant, t.name AS tenant_name,
       o.source_id AS source, s.name AS source_name, o.native_id, o.name,
       o.first_seen_at
  FROM inventory_licence o
  JOIN collect_source s ON s.id = o.source_id AND s.removed_at IS NULL
  JOIN people_tenant t ON t.id = o.tenant_id
 WHERE o.gone_at IS NULL AND o.tenant_id = ANY(%(tenants)s)

-- measured_sources: Every source; not our own.
SELECT 'source' AS object_kind, s.tenant_id AS tenant, t.name AS tenant_name,
       s.id AS source, s.name AS source_name, '' AS native_id, s.name
  FROM collect_source s
  JOIN people_tenant t ON t.id = s.tenant_id
 WHERE s.removed_at IS NULL AND NOT s.is_internal AND s.tenant_id = ANY(%(tenants)s)

-- desktop_moves: What changed since a time about whether desktops are in service, oldest first.
SELECT d.source_id AS source, d.native_id, c.at, c.field, c.before, c.after
  FROM inventory_desktopchange c
  JOIN inventory_desktop d ON d.id = c.desktop_id
 WHERE c.tenant_id = ANY(%(tenants)s) AND c.at >= %(since)s
   AND c.field IN ('state', 'is_in_maintenance', 'exists') AND c.before <> ''
 ORDER BY c.at, c.id

-- desktop_places: Where every desktop stands as its source said last, gone ones included.
SELECT source_id AS source, native_id, host, image, site
  FROM inventory_desktop
 WHERE tenant_id = ANY(%(tenants)s)

-- place_changes: What desktops' host or image was before it changed, since a time, newest first.
SELECT d.source_id AS source, d.native_id, c.at, c.before
  FROM inventory_desktopchange c
  JOIN inventory_desktop d ON d.id = c.desktop_id
 WHERE c.tenant_id = ANY(%(tenants)s) AND c.at >= %(since)s AND c.field = %(field)s
 ORDER BY c.at DESC, c.id DESC

-- count_starts: Starts of desktops by steps of five minutes: from being off, or from a change such
-- as a reboot. pool_source: null for all pools.
SELECT (floor(extract(epoch FROM c.at) / 300) * 300)::bigint AS begin_s, count(*) AS starts
  FROM inventory_desktopchange c
  JOIN inventory_desktop d ON d.id = c.desktop_id
 WHERE c.tenant_id = ANY(%(tenants)s) AND c.at >= %(since)s AND c.at < %(until)s
   AND c.field = 'state' AND c.after = 'running'
   AND c.before IN ('stopped', 'hibernated', 'changing')
   AND (%(pool_source)s::bigint IS NULL
        OR (d.source_id = %(pool_source)s AND d.pool = %(pool_id)s))
 GROUP BY begin_s

-- starts_by_step: Starts of desktops in some stretches of time, by steps numbered from 1970 and by
-- what they are counted for: their source, their pool, or the host that each was on then.
SELECT told.source, told.object_id, told.place, count(*) AS starts
  FROM (SELECT d.source_id AS source, floor(extract(epoch FROM c.at) / %(step_s)s)::bigint AS place,
               CASE %(object_kind)s::text
               WHEN 'pool' THEN d.pool
               WHEN 'host' THEN coalesce(
                   (SELECT h.before FROM inventory_desktopchange h
                     WHERE h.desktop_id = c.desktop_id AND h.field = 'host' AND h.at > c.at
                     ORDER BY h.at, h.id LIMIT 1), d.host)
               ELSE '' END AS object_id
          FROM unnest(%(sinces)s::timestamptz[], %(untils)s::timestamptz[]) AS span (since, until)
          JOIN inventory_desktopchange c ON c.at >= span.since AND c.at < span.until
          JOIN inventory_desktop d ON d.id = c.desktop_id
         WHERE c.tenant_id = ANY(%(tenants)s)
           AND c.field = 'state' AND c.after = 'running'
           AND c.before IN ('stopped', 'hibernated', 'changing')) told
 WHERE told.object_id <> '' OR %(object_kind)s::text = 'source'
 GROUP BY told.source, told.object_id, told.place

-- list_starts: The starts of desktops in a stretch of time, with the host that each was on then.
SELECT d.source_id AS source, d.native_id, d.pool, c.at,
       coalesce((SELECT h.before FROM inventory_desktopchange h
                  WHERE h.desktop_id = c.desktop_id AND h.field = 'host' AND h.at > c.at
                  ORDER BY h.at, h.id LIMIT 1), d.host) AS host
  FROM inventory_desktopchange c
  JOIN inventory_desktop d ON d.id = c.desktop_id
 WHERE c.tenant_id = ANY(%(tenants)s) AND c.at >= %(since)s AND c.at < %(until)s
   AND c.field = 'state' AND c.after = 'running'
   AND c.before IN ('stopped', 'hibernated', 'changing')
   AND (%(pool_source)s::bigint IS NULL
        OR (d.source_id = %(pool_source)s AND d.pool = %(pool_id)s))
