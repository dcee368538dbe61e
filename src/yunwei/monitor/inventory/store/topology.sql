-- placed_things: Every desktop, host and pool that is there, and what each stands on.
SELECT 'desktop' AS kind, d.id, d.tenant_id AS tenant, d.source_id AS source, d.native_id, d.name,
       d.ip, d.host, d.pool, d.site, d.is_in_maintenance
  FROM inventory_desktop d
 WHERE d.gone_at IS NULL
UNION ALL
SELECT 'host', h.id, h.tenant_id, h.source_id, h.native_id, h.name, '', '', '', '', false
  FROM inventory_host h
 WHERE h.gone_at IS NULL
UNION ALL
SELECT 'pool', p.id, p.tenant_id, p.source_id, p.native_id, p.name, '', '', '', '', false
  FROM inventory_pool p
 WHERE p.gone_at IS NULL

-- placed_signature: Changes whenever a desktop, host or pool does. A sum, since sources are read at
-- the same time and the latest writing need not bear the latest time.
SELECT (SELECT row(count(*), sum(extract(epoch FROM last_seen_at)))::text
          FROM inventory_desktop WHERE gone_at IS NULL) AS desktops,
       (SELECT row(count(*), sum(extract(epoch FROM last_seen_at)))::text
          FROM inventory_host WHERE gone_at IS NULL) AS hosts,
       (SELECT row(count(*), sum(extract(epoch FROM last_seen_at)))::text
          FROM inventory_pool WHERE gone_at IS NULL) AS pools
