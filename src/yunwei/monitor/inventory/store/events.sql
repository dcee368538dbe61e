-- take_changes: Changes of desktops that somebody may act upon, oldest first; they are told from now
-- on. off_since: of one that began to run after it was off, since when it had not run.
WITH due AS (
    SELECT c.id
      FROM inventory_desktopchange c
     WHERE NOT c.is_told
     ORDER BY c.id
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED),
taken AS (
    UPDATE inventory_desktopchange c SET is_told = true
      FROM due
     WHERE c.id = due.id
    RETURNING c.id, c.tenant_id, c.desktop_id, c.at, c.field, c.before, c.after)
SELECT t.id, t.tenant_id AS tenant, t.desktop_id AS desktop, t.at, t.field, t.before, t.after,
       CASE WHEN t.before IN ('stopped', 'hibernated') OR EXISTS (
                 SELECT FROM inventory_desktopchange c
                  WHERE c.desktop_id = t.desktop_id AND c.field = 'state' AND c.id < t.id
                    AND c.at >= ran.until AND c.before IN ('stopped', 'hibernated'))
            THEN ran.until END AS off_since
  FROM taken t
  JOIN inventory_desktop d ON d.id = t.desktop_id
  LEFT JOIN LATERAL (
       SELECT coalesce(max(c.at), d.first_seen_at) AS until
         FROM inventory_desktopchange c
        WHERE c.desktop_id = t.desktop_id AND c.field = 'state' AND c.before = 'running'
          AND c.id < t.id
       ) AS ran ON t.field = 'state'
 ORDER BY t.id

-- describe_desktops: What conditions on desktops may name, of those of them that are there.
SELECT d.id, d.tenant_id AS tenant, d.name, d.native_id, s.name AS source_name,
       coalesce(p.name, d.pool) AS pool_name, coalesce(h.name, d.host) AS host_name, d.site,
       d.image, d.kind, d.operating_system, d.agent_version, d.state, d.login_state, d.tags
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
 WHERE d.id = ANY(%(ids)s) AND d.gone_at IS NULL
