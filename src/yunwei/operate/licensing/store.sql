-- accounts: Every desktop user that is there, with the desktops and sessions that they hold.
WITH held AS (
     SELECT a.source_id, a.login, a.desktop_id,
            count(*) OVER (PARTITION BY a.desktop_id) AS holders
       FROM inventory_desktopassignment a
       JOIN inventory_desktop d ON d.id = a.desktop_id AND d.gone_at IS NULL
      WHERE a.tenant_id = ANY(%(tenants)s)
), desktops AS (
     SELECT source_id, login, count(*) AS desktops,
            count(*) FILTER (WHERE holders = 1) AS own_desktops
       FROM held GROUP BY source_id, login
), sessions AS (
     SELECT source_id, login, count(*) AS sessions
       FROM inventory_session
      WHERE tenant_id = ANY(%(tenants)s) AND login <> ''
      GROUP BY source_id, login
)
SELECT u.id, u.tenant_id AS tenant, u.source_id AS source, s.name AS source_name, u.login, u.name,
       u.department, u.is_locked, u.is_disabled, u.first_seen_at,
       coalesce(d.desktops, 0) AS desktops, coalesce(d.own_desktops, 0) AS own_desktops,
       coalesce(x.sessions, 0) AS sessions
  FROM inventory_desktopuser u
  JOIN collect_source s ON s.id = u.source_id AND s.removed_at IS NULL
  LEFT JOIN desktops d ON d.source_id = u.source_id AND d.login = u.login
  LEFT JOIN sessions x ON x.source_id = u.source_id AND x.login = u.login
 WHERE u.gone_at IS NULL AND u.tenant_id = ANY(%(tenants)s)
 ORDER BY u.id
