-- list_desktops: Desktops for a list; those of removed sources are not there.
SELECT d.id, d.tenant_id, d.source_id AS source, s.name AS source_name, d.native_id, d.name,
       d.kind, d.state, d.state_since, d.login_state, p.id AS pool,
       coalesce(p.name, d.pool) AS pool_name, h.id AS host, coalesce(h.name, d.host) AS host_name,
       d.site, d.ip, d.operating_system, d.agent_version, d.image, d.cpu, d.memory_mb,
       d.is_in_maintenance, d.created_at, d.first_seen_at, coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = d.source_id AND g.kind = 'desktop'
                    AND g.native_id = d.native_id), d.last_seen_at) AS last_seen_at, d.gone_at, d.tags,
       ARRAY(SELECT a.login FROM inventory_desktopassignment a
              WHERE a.desktop_id = d.id ORDER BY a.login) AS logins,
       ARRAY(SELECT x.login FROM inventory_session x
              WHERE x.source_id = d.source_id AND x.desktop = d.native_id AND x.login <> ''
              ORDER BY x.state, x.login) AS users_now
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host

-- held_desktops: All desktops that are there, and who holds them.
WITH assigned AS MATERIALIZED (
    SELECT a.desktop_id, array_agg(a.login ORDER BY a.login) AS logins,
           array_agg(a.login ORDER BY a.login) FILTER (WHERE NOT EXISTS (
               SELECT FROM inventory_desktopuser u
                WHERE u.source_id = a.source_id AND u.login = a.login
                  AND u.gone_at IS NULL AND NOT u.is_disabled)
             AND EXISTS (
               SELECT FROM inventory_desktopuser u
                WHERE u.source_id = a.source_id AND u.login = a.login)) AS gone_logins
      FROM inventory_desktopassignment a
     WHERE a.tenant_id = ANY(%(tenants)s)
     GROUP BY a.desktop_id),
sitting AS MATERIALIZED (
    -- connected comes before disconnected
    SELECT DISTINCT ON (x.source_id, x.desktop) x.source_id, x.desktop, x.login, x.state,
           x.state_since
      FROM inventory_session x
     WHERE x.tenant_id = ANY(%(tenants)s)
     ORDER BY x.source_id, x.desktop, x.state, x.state_since DESC)
SELECT d.id, d.tenant_id AS tenant, d.source_id AS source, s.name AS source_name, d.native_id,
       d.name, d.kind, d.state, d.state_since, d.login_state, p.id AS pool,
       coalesce(p.name, d.pool) AS pool_name, d.is_in_maintenance, d.created_at, d.first_seen_at,
       d.cpu, d.memory_mb, coalesce(a.logins, '{}') AS logins,
       coalesce(a.gone_logins, '{}') AS gone_logins, coalesce(x.login, '') AS session_login,
       coalesce(x.state, '') AS session_state, x.state_since AS session_since
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN assigned a ON a.desktop_id = d.id
  LEFT JOIN sitting x ON x.source_id = d.source_id AND x.desktop = d.native_id
 WHERE d.tenant_id = ANY(%(tenants)s) AND d.gone_at IS NULL

-- desktop_raw: The source's own fields of a desktop.
SELECT raw FROM inventory_desktop WHERE id = %(id)s

-- desktop_changes: What changed about a desktop, newest first.
SELECT at, field, before, after
  FROM inventory_desktopchange
 WHERE desktop_id = %(id)s
 ORDER BY at DESC, id DESC
 LIMIT %(limit)s

-- licence_changes: What changed about a licence, newest first.
SELECT at, field, before, after
  FROM inventory_licencechange
 WHERE licence_id = %(id)s
 ORDER BY at DESC, id DESC
 LIMIT %(limit)s

-- list_desktop_users: Desktop users for a list.
SELECT u.id, u.tenant_id, u.source_id AS source, s.name AS source_name, u.native_id, u.login,
       u.name, u.email, u.department, u.is_locked, u.is_disabled, u.first_seen_at,
       coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = u.source_id AND g.kind = 'desktop_user'
                    AND g.native_id = u.native_id), u.last_seen_at) AS last_seen_at, u.gone_at,
       EXISTS (SELECT FROM inventory_session x
                WHERE x.source_id = u.source_id AND x.login = u.login
                  AND x.state = 'connected') AS is_online,
       (SELECT count(*) FROM inventory_desktopassignment a
          JOIN inventory_desktop d ON d.id = a.desktop_id AND d.gone_at IS NULL
         WHERE a.source_id = u.source_id AND a.login = u.login) AS desktops_count
  FROM inventory_desktopuser u
  JOIN collect_source s ON s.id = u.source_id AND s.removed_at IS NULL

-- desktop_user_raw: The source's own fields of a desktop user.
SELECT raw FROM inventory_desktopuser WHERE id = %(id)s

-- name_desktop_users: Who desktop users are, by source and login name; those who are there first.
SELECT DISTINCT ON (u.source_id, u.login) u.id, u.source_id AS source, u.login, u.name, u.department
  FROM inventory_desktopuser u
  JOIN unnest(%(sources)s::bigint[], %(logins)s::text[]) AS wanted (source, login)
    ON u.source_id = wanted.source AND u.login = wanted.login
 WHERE u.tenant_id = ANY(%(tenants)s)
 ORDER BY u.source_id, u.login, u.gone_at DESC NULLS FIRST

-- list_departments: The departments of the desktop users of some tenants.
SELECT DISTINCT u.department
  FROM inventory_desktopuser u
  JOIN collect_source s ON s.id = u.source_id AND s.removed_at IS NULL
 WHERE u.tenant_id = ANY(%(tenants)s) AND u.gone_at IS NULL AND u.department <> ''
 ORDER BY u.department

-- list_clients: The kinds of client of the latest connections of some tenants.
SELECT DISTINCT l.client_type
  FROM inventory_session x
  JOIN inventory_lastuse l
    ON l.source_id = x.source_id AND l.desktop = x.desktop AND l.login = x.login
 WHERE x.tenant_id = ANY(%(tenants)s) AND l.client_type <> ''
 ORDER BY l.client_type

-- list_sessions: Live sessions for a list. What is told of the client is that of the latest
-- connection; one that had ended before the session became connected is not this session's.
SELECT x.id, x.tenant_id, x.source_id AS source, s.name AS source_name, d.id AS desktop,
       x.desktop AS desktop_native_id, coalesce(d.name, x.desktop) AS desktop_name,
       p.id AS pool, coalesce(p.name, d.pool, '') AS pool_name, u.id AS desktop_user, x.login,
       coalesce(u.name, '') AS user_name, coalesce(u.department, '') AS department, x.state,
       x.state_since, x.first_seen_at, x.last_seen_at, l.began_at,
       coalesce(l.client_type, '') AS client_type, coalesce(l.client_name, '') AS client_name,
       coalesce(l.client_ip, '') AS client_ip, coalesce(l.client_version, '') AS client_version,
       l.rtt_s
  FROM inventory_session x
  JOIN collect_source s ON s.id = x.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_desktop d ON d.source_id = x.source_id AND d.native_id = x.desktop
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN LATERAL (
       SELECT known.id, known.name, known.department
         FROM inventory_desktopuser known
        WHERE known.source_id = x.source_id AND known.login = x.login
        ORDER BY known.gone_at DESC NULLS FIRST, known.id
        LIMIT 1) AS u ON true
  LEFT JOIN inventory_lastuse l
    ON l.source_id = x.source_id AND l.desktop = x.desktop AND l.login = x.login
   AND (x.state = 'disconnected' OR l.ended_at IS NULL OR l.ended_at > x.state_since)

-- list_pools: Pools for a list, with what stands in them now. What is counted is counted once: joined as
-- they are, the counts are made anew for each pool as long as the server knows no statistics.
WITH counted AS MATERIALIZED (
       SELECT source_id, pool, count(*) AS desktops_count,
              count(*) FILTER (WHERE state = 'running') AS running_count,
              count(*) FILTER (WHERE state = 'error') AS error_count,
              count(*) FILTER (WHERE login_state = 'unregistered') AS unregistered_count
         FROM inventory_desktop WHERE gone_at IS NULL GROUP BY source_id, pool
), online AS MATERIALIZED (
       SELECT source_id, pool, count(DISTINCT login) AS users_online
         FROM (SELECT x.source_id, x.login,
                      (SELECT d.pool FROM inventory_desktop d
                        WHERE d.source_id = x.source_id AND d.native_id = x.desktop
                          AND d.gone_at IS NULL) AS pool
                 FROM inventory_session x
                WHERE x.state = 'connected' AND x.login <> '') AS placed
        GROUP BY source_id, pool
)
SELECT p.id, p.tenant_id, p.source_id AS source, s.name AS source_name, p.native_id, p.name,
       p.kind, p.image, p.desktop_limit, p.first_seen_at, coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = p.source_id AND g.kind = 'pool'
                    AND g.native_id = p.native_id), p.last_seen_at) AS last_seen_at, p.gone_at,
       coalesce(c.desktops_count, 0) AS desktops_count,
       coalesce(c.running_count, 0) AS running_count, coalesce(c.error_count, 0) AS error_count,
       coalesce(c.unregistered_count, 0) AS unregistered_count,
       coalesce(o.users_online, 0) AS users_online
  FROM inventory_pool p
  JOIN collect_source s ON s.id = p.source_id AND s.removed_at IS NULL
  LEFT JOIN counted c ON c.source_id = p.source_id AND c.pool = p.native_id
  LEFT JOIN online o ON o.source_id = p.source_id AND o.pool = p.native_id

-- pool_names: What pools are called, without what stands in them.
SELECT p.id, p.source_id AS source, p.native_id, p.name, p.gone_at IS NOT NULL AS is_gone
  FROM inventory_pool p
  JOIN collect_source s ON s.id = p.source_id AND s.removed_at IS NULL
 WHERE p.tenant_id = ANY(%(tenants)s)
 ORDER BY lower(p.name), p.id

-- host_names: What hosts are called, without what stands on them.
SELECT h.id, h.source_id AS source, h.native_id, h.name, h.gone_at IS NOT NULL AS is_gone
  FROM inventory_host h
  JOIN collect_source s ON s.id = h.source_id AND s.removed_at IS NULL
 WHERE h.tenant_id = ANY(%(tenants)s)
 ORDER BY lower(h.name), h.id

-- list_hosts: Hosts for a list. Desktops are counted once, as for pools.
WITH counted AS MATERIALIZED (
       SELECT source_id, host, count(*) AS desktops_count
         FROM inventory_desktop WHERE gone_at IS NULL GROUP BY source_id, host
)
SELECT h.id, h.tenant_id, h.source_id AS source, s.name AS source_name, h.native_id, h.name,
       h.state, h.is_healthy, h.cpu_total, h.cpu_used, h.memory_total_mb, h.memory_used_mb,
       h.first_seen_at, coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = h.source_id AND g.kind = 'host'
                    AND g.native_id = h.native_id), h.last_seen_at) AS last_seen_at, h.gone_at,
       coalesce(c.desktops_count, 0) AS desktops_count
  FROM inventory_host h
  JOIN collect_source s ON s.id = h.source_id AND s.removed_at IS NULL
  LEFT JOIN counted c ON c.source_id = h.source_id AND c.host = h.native_id

-- list_licences: Licences for a list.
SELECT l.id, l.tenant_id, l.source_id AS source, s.name AS source_name, l.native_id, l.name,
       l.total, l.used, CASE WHEN l.total > 0 THEN l.used / l.total END AS used_ratio, l.unit,
       l.expires_at, l.edition, l.kind, l.server, l.binding, l.grace_ends_at, l.peak_used,
       l.peak_at, l.scarce_at, l.spent_at, l.first_seen_at, coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = l.source_id AND g.kind = 'licence'
                    AND g.native_id = l.native_id), l.last_seen_at) AS last_seen_at, l.gone_at
  FROM inventory_licence l
  JOIN collect_source s ON s.id = l.source_id AND s.removed_at IS NULL

-- list_licence_changes: Changes of licences for a list.
SELECT c.id, c.tenant_id, c.licence_id AS licence, l.name AS licence_name, l.source_id AS source,
       s.name AS source_name, c.at, c.field, c.before, c.after
  FROM inventory_licencechange c
  JOIN inventory_licence l ON l.id = c.licence_id
  JOIN collect_source s ON s.id = l.source_id AND s.removed_at IS NULL

-- set_licence_thresholds: From which used shares an alarm says that a licence is scarce or spent.
UPDATE inventory_licence SET scarce_at = %(scarce_at)s, spent_at = %(spent_at)s WHERE id = %(id)s

-- now_sessions: The live sessions of some tenants, over enabled sources.
WITH held AS (
       SELECT x.tenant_id, x.source_id, x.login,
              count(*) FILTER (WHERE x.state = 'connected') AS connected,
              count(*) FILTER (WHERE x.state = 'disconnected') AS disconnected
         FROM inventory_session x
        WHERE x.tenant_id = ANY(%(tenants)s)
        GROUP BY x.tenant_id, x.source_id, x.login)
SELECT h.tenant_id AS tenant,
       count(*) FILTER (WHERE h.connected > 0 AND h.login <> '') AS users_online,
       sum(h.connected)::bigint AS connected, sum(h.disconnected)::bigint AS disconnected
  FROM held h
  JOIN collect_source s ON s.id = h.source_id AND s.is_enabled AND s.removed_at IS NULL
 GROUP BY h.tenant_id

-- now_desktops: The desktops of some tenants by their states.
WITH counted AS (
       SELECT tenant_id, source_id, state, login_state, count(*) AS count
         FROM inventory_desktop
        WHERE tenant_id = ANY(%(tenants)s) AND gone_at IS NULL
        GROUP BY tenant_id, source_id, state, login_state)
SELECT c.tenant_id AS tenant, t.name AS tenant_name, c.state, c.login_state,
       sum(c.count)::bigint AS count
  FROM counted c
  JOIN collect_source s ON s.id = c.source_id AND s.is_enabled AND s.removed_at IS NULL
  JOIN people_tenant t ON t.id = c.tenant_id
 GROUP BY c.tenant_id, t.name, c.state, c.login_state

-- now_sources: How fresh the sessions of the enabled sources of some tenants are.
SELECT s.name, r.last_ok_at, r.state
  FROM collect_source s
  JOIN collect_sourceread r ON r.source_id = s.id AND r.read = 'sessions'
 WHERE s.tenant_id = ANY(%(tenants)s) AND s.is_enabled AND s.removed_at IS NULL
 ORDER BY s.name
