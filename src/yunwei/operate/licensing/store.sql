-- accounts: Every desktop user that is there.
SELECT u.id, u.tenant_id AS tenant, u.source_id AS source, s.name AS source_name, u.login, u.name,
       u.department, u.is_locked, u.is_disabled, u.first_seen_at
  FROM inventory_desktopuser u
  JOIN collect_source s ON s.id = u.source_id AND s.removed_at IS NULL
 WHERE u.gone_at IS NULL AND u.tenant_id = ANY(%(tenants)s)
 ORDER BY u.id

-- held: How many desktops each login name is assigned to, and to how many of them nobody else is.
SELECT source_id AS source, login, count(*) AS desktops,
       count(*) FILTER (WHERE holders = 1) AS own_desktops
  FROM (SELECT a.source_id, a.login, count(*) OVER (PARTITION BY a.desktop_id) AS holders
          FROM inventory_desktopassignment a
          JOIN inventory_desktop d ON d.id = a.desktop_id AND d.gone_at IS NULL
         WHERE a.tenant_id = ANY(%(tenants)s)) AS each
 GROUP BY source_id, login

-- sessions: How many live sessions each login name has.
SELECT source_id AS source, login, count(*) AS sessions
  FROM inventory_session
 WHERE tenant_id = ANY(%(tenants)s) AND login <> ''
 GROUP BY source_id, login
