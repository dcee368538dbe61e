-- hosts: Every host that is there, with the desktops placed on it.
SELECT h.id, h.tenant_id AS tenant, h.source_id AS source, s.name AS source_name, h.native_id,
       h.name, coalesce(d.site, '') AS site, h.state, h.is_healthy, h.cpu_total, h.cpu_used,
       h.memory_total_mb, h.memory_used_mb, coalesce(d.cpu, 0) AS cpu_promised,
       coalesce(d.memory_mb, 0)::bigint AS memory_promised_mb, coalesce(d.desktops, 0) AS desktops,
       coalesce(d.running, 0) AS running
  FROM inventory_host h
  JOIN collect_source s ON s.id = h.source_id AND s.removed_at IS NULL
  LEFT JOIN (
       SELECT source_id, host, mode() WITHIN GROUP (ORDER BY site) AS site, count(*) AS desktops,
              count(*) FILTER (WHERE state = 'running') AS running, sum(cpu) AS cpu,
              sum(memory_mb) AS memory_mb
         FROM inventory_desktop
        WHERE gone_at IS NULL AND tenant_id = ANY(%(tenants)s) AND host <> ''
        GROUP BY source_id, host
       ) AS d ON d.source_id = h.source_id AND d.host = h.native_id
 WHERE h.gone_at IS NULL AND h.tenant_id = ANY(%(tenants)s)
 ORDER BY s.name, site, h.name, h.id

-- sizes: How many desktops of which size each site of a source has on hosts.
SELECT source_id AS source, site, cpu, memory_mb, count(*) AS desktops
  FROM inventory_desktop
 WHERE gone_at IS NULL AND tenant_id = ANY(%(tenants)s) AND host <> '' AND cpu > 0
   AND memory_mb > 0
 GROUP BY source_id, site, cpu, memory_mb

-- pools: Every pool by what its desktops do, and the desktops in no pool as one of its own.
WITH mine AS (
     SELECT d.source_id, d.pool, d.host, d.image, d.is_in_maintenance,
            CASE WHEN d.state = 'error' THEN 'faulty'
                 WHEN d.state = 'changing' THEN 'changing'
                 WHEN d.state IN ('stopped', 'hibernated') THEN 'off'
                 WHEN d.login_state = 'connected' THEN 'connected'
                 WHEN d.login_state = 'disconnected' THEN 'disconnected'
                 WHEN d.login_state = 'ready' THEN 'ready'
                 WHEN d.login_state = 'unregistered' THEN 'unregistered'
                 ELSE 'other' END AS does
       FROM inventory_desktop d
      WHERE d.gone_at IS NULL AND d.tenant_id = ANY(%(tenants)s)
), counted AS (
     SELECT m.source_id, m.pool, count(*) AS desktops,
            count(*) FILTER (WHERE does = 'connected') AS connected,
            count(*) FILTER (WHERE does = 'disconnected') AS disconnected,
            count(*) FILTER (WHERE does = 'ready') AS ready,
            count(*) FILTER (WHERE does = 'off') AS off,
            count(*) FILTER (WHERE does = 'unregistered') AS unregistered,
            count(*) FILTER (WHERE does = 'faulty') AS faulty,
            count(*) FILTER (WHERE does = 'changing') AS changing,
            count(*) FILTER (WHERE does = 'other') AS other,
            count(*) FILTER (WHERE is_in_maintenance) AS maintenance,
            count(*) FILTER (WHERE m.image <> '' AND p.image <> ''
                               AND m.image <> p.image) AS wrong_image
       FROM mine m
       LEFT JOIN inventory_pool p ON p.source_id = m.source_id AND p.native_id = m.pool
      GROUP BY m.source_id, m.pool
), placed AS (
     SELECT source_id, pool, count(*) AS hosts, max(count) AS most_on_host
       FROM (SELECT source_id, pool, host, count(*) AS count FROM mine WHERE host <> ''
              GROUP BY source_id, pool, host) AS each
      GROUP BY source_id, pool
)
SELECT p.id, s.tenant_id AS tenant, s.id AS source, s.name AS source_name,
       coalesce(p.native_id, '') AS native_id,
       coalesce(p.name, c.pool) AS name, coalesce(p.kind, '') AS kind,
       coalesce(p.image, '') AS image, p.desktop_limit, coalesce(c.desktops, 0) AS desktops,
       coalesce(c.connected, 0) AS connected, coalesce(c.disconnected, 0) AS disconnected,
       coalesce(c.ready, 0) AS ready, coalesce(c.off, 0) AS off,
       coalesce(c.unregistered, 0) AS unregistered, coalesce(c.faulty, 0) AS faulty,
       coalesce(c.changing, 0) AS changing, coalesce(c.other, 0) AS other,
       coalesce(c.maintenance, 0) AS maintenance, coalesce(c.wrong_image, 0) AS wrong_image,
       coalesce(h.hosts, 0) AS hosts, coalesce(h.most_on_host, 0) AS most_on_host
  FROM counted c
  FULL JOIN (SELECT * FROM inventory_pool
              WHERE gone_at IS NULL AND tenant_id = ANY(%(tenants)s)) AS p
    ON p.source_id = c.source_id AND p.native_id = c.pool
  JOIN collect_source s ON s.id = coalesce(p.source_id, c.source_id) AND s.removed_at IS NULL
  LEFT JOIN placed h ON h.source_id = c.source_id AND h.pool = c.pool
 ORDER BY s.name, p.name NULLS LAST, s.id

-- failing: Desktops by what is wrong with their machine, and by pool.
SELECT f.kind, p.id AS pool, coalesce(p.name, d.pool) AS pool_name, count(*) AS desktops,
       min(d.state_since) AS since
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
       AND h.gone_at IS NULL
 CROSS JOIN LATERAL (VALUES
       ('faulty', d.state = 'error'),
       ('unregistered', d.state = 'running' AND d.login_state = 'unregistered'
                        AND NOT d.is_in_maintenance AND d.state_since < %(registered_since)s),
       ('stuck', d.state = 'changing' AND d.state_since < %(changed_since)s),
       ('host_down', h.is_healthy = false),
       ('unknown', d.state = 'unknown'),
       ('maintenance', d.is_in_maintenance)) AS f (kind, holds)
 WHERE d.gone_at IS NULL AND d.tenant_id = ANY(%(tenants)s) AND f.holds
 GROUP BY f.kind, p.id, coalesce(p.name, d.pool)
 ORDER BY count(*) DESC, pool_name

-- images: Desktops by image and version of the agent.
SELECT d.source_id AS source, s.name AS source_name, d.image, d.agent_version,
       count(*) AS desktops,
       count(*) FILTER (WHERE d.image <> '' AND p.image <> '' AND p.image <> d.image) AS wrong
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
 WHERE d.gone_at IS NULL AND d.tenant_id = ANY(%(tenants)s)
   AND (d.image <> '' OR d.agent_version <> '')
 GROUP BY d.source_id, s.name, d.image, d.agent_version
 ORDER BY s.name, d.image, d.agent_version

-- standing: Open alarms by what they are about; those of desktops only as a number.
SELECT kind, name, severity, count(*) AS count
  FROM (SELECT a.severity,
               CASE WHEN o.parts[1] = 'device' THEN 'device'
                    ELSE coalesce(o.parts[cardinality(o.parts) - 1], '') END AS kind,
               CASE WHEN o.parts[1] = 'device' THEN coalesce(o.parts[2], '')
                    WHEN o.parts[cardinality(o.parts) - 1] = 'desktop' THEN ''
                    ELSE coalesce(o.parts[cardinality(o.parts)], '') END AS name
          FROM alarms_alarm a
          JOIN collect_source s ON s.id = a.source_id AND NOT s.is_internal
         CROSS JOIN LATERAL (SELECT string_to_array(ltrim(a.managed_object, '/'), '/')) AS o (parts)
         WHERE a.tenant_id = ANY(%(tenants)s) AND NOT a.is_cleared AND NOT a.is_hidden
           AND a.operator_state <> 'shelved') AS told
 GROUP BY kind, name, severity
 ORDER BY array_position(ARRAY['critical', 'major', 'minor', 'warning', 'indeterminate'],
                         severity::text), count(*) DESC, name
 LIMIT 5000

-- told: What each source tells of.
SELECT s.id AS source, s.name AS source_name,
       (SELECT count(*) FROM inventory_host x
         WHERE x.source_id = s.id AND x.gone_at IS NULL) AS hosts,
       (SELECT count(*) FROM inventory_pool x
         WHERE x.source_id = s.id AND x.gone_at IS NULL) AS pools,
       (SELECT count(*) FROM inventory_desktop x
         WHERE x.source_id = s.id AND x.gone_at IS NULL) AS desktops,
       (SELECT count(*) FROM inventory_licence x
         WHERE x.source_id = s.id AND x.gone_at IS NULL AND x.kind <> 'certificate') AS quotas,
       (SELECT count(*) FROM inventory_licence x
         WHERE x.source_id = s.id AND x.gone_at IS NULL AND x.kind = 'certificate') AS certificates
  FROM collect_source s
 WHERE s.tenant_id = ANY(%(tenants)s) AND s.removed_at IS NULL AND NOT s.is_internal
 ORDER BY s.name, s.id
