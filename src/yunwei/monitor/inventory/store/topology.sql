-- placed_things: Every desktop, host and pool that is there, and what each stands on. What a removed
-- source said is there no longer.
SELECT 'desktop' AS kind, d.id, d.tenant_id AS tenant, d.source_id AS source, d.native_id, d.name,
       d.ip, d.host, d.pool, d.site, d.is_in_maintenance
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
 WHERE d.gone_at IS NULL
UNION ALL
SELECT 'host', h.id, h.tenant_id, h.source_id, h.native_id, h.name, '', '', '', '', false
  FROM inventory_host h
  JOIN collect_source s ON s.id = h.source_id AND s.removed_at IS NULL
 WHERE h.gone_at IS NULL
UNION ALL
SELECT 'pool', p.id, p.tenant_id, p.source_id, p.native_id, p.name, '', '', '', '', false
  FROM inventory_pool p
  JOIN collect_source s ON s.id = p.source_id AND s.removed_at IS NULL
 WHERE p.gone_at IS NULL

-- placed_signature: Changes whenever a desktop, host or pool does, or a source comes or goes. A sum,
-- since sources are read at the same time and the latest writing need not bear the latest time.
SELECT (SELECT row(count(*), sum(extract(epoch FROM last_seen_at)))::text
          FROM inventory_desktop WHERE gone_at IS NULL) AS desktops,
       (SELECT row(count(*), sum(extract(epoch FROM last_seen_at)))::text
          FROM inventory_host WHERE gone_at IS NULL) AS hosts,
       (SELECT row(count(*), sum(extract(epoch FROM last_seen_at)))::text
          FROM inventory_pool WHERE gone_at IS NULL) AS pools,
       (SELECT row(count(*), sum(id))::text
          FROM collect_source WHERE removed_at IS NULL) AS sources

-- desktops_of_source: Every desktop of a source that is there, in few words.
SELECT native_id, name, host, pool, image, agent_version, state, login_state, state_since,
       is_in_maintenance
  FROM inventory_desktop
 WHERE source_id = %(source)s AND tenant_id = ANY(%(tenants)s) AND gone_at IS NULL
 ORDER BY native_id
