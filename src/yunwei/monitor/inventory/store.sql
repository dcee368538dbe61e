-- upsert_pools: Writes the pools of a page.
INSERT INTO inventory_pool AS known (
       tenant_id, source_id, native_id, name, kind, image, desktop_limit, raw, digest,
       first_seen_at, last_seen_at)
SELECT %(tenant)s, %(source)s, seen.native_id, seen.name, seen.kind, seen.image,
       seen.desktop_limit, seen.raw, seen.digest, %(at)s, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (
       native_id text, name text, kind text, image text, desktop_limit integer, raw jsonb,
       digest text)
  LEFT JOIN inventory_pool old
    ON old.source_id = %(source)s AND old.native_id = seen.native_id
 WHERE old.id IS NULL OR old.digest <> seen.digest OR old.gone_at IS NOT NULL
ON CONFLICT (source_id, native_id) DO UPDATE SET
       name = excluded.name, kind = excluded.kind, image = excluded.image,
       desktop_limit = excluded.desktop_limit, raw = excluded.raw, digest = excluded.digest,
       last_seen_at = excluded.last_seen_at, gone_at = NULL

-- upsert_hosts: Writes the hosts of a page.
INSERT INTO inventory_host AS known (
       tenant_id, source_id, native_id, name, state, is_healthy, cpu_total, cpu_used,
       memory_total_mb, memory_used_mb, raw, digest, first_seen_at, last_seen_at)
SELECT %(tenant)s, %(source)s, seen.native_id, seen.name, seen.state, seen.is_healthy,
       seen.cpu_total, seen.cpu_used, seen.memory_total_mb, seen.memory_used_mb, seen.raw,
       seen.digest, %(at)s, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (
       native_id text, name text, state text, is_healthy boolean, cpu_total integer,
       cpu_used integer, memory_total_mb bigint, memory_used_mb bigint, raw jsonb, digest text)
  LEFT JOIN inventory_host old
    ON old.source_id = %(source)s AND old.native_id = seen.native_id
 WHERE old.id IS NULL OR old.digest <> seen.digest OR old.gone_at IS NOT NULL
ON CONFLICT (source_id, native_id) DO UPDATE SET
       name = excluded.name, state = excluded.state, is_healthy = excluded.is_healthy,
       cpu_total = excluded.cpu_total, cpu_used = excluded.cpu_used,
       memory_total_mb = excluded.memory_total_mb, memory_used_mb = excluded.memory_used_mb,
       raw = excluded.raw, digest = excluded.digest, last_seen_at = excluded.last_seen_at,
       gone_at = NULL

-- upsert_desktop_users: Writes the desktop users of a page.
INSERT INTO inventory_desktopuser AS known (
       tenant_id, source_id, native_id, login, name, email, department, is_locked, is_disabled,
       raw, digest, first_seen_at, last_seen_at)
SELECT %(tenant)s, %(source)s, seen.native_id, seen.login, seen.name, seen.email,
       seen.department, seen.is_locked, seen.is_disabled, seen.raw, seen.digest, %(at)s, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (
       native_id text, login text, name text, email text, department text, is_locked boolean,
       is_disabled boolean, raw jsonb, digest text)
  LEFT JOIN inventory_desktopuser old
    ON old.source_id = %(source)s AND old.native_id = seen.native_id
 WHERE old.id IS NULL OR old.digest <> seen.digest OR old.gone_at IS NOT NULL
ON CONFLICT (source_id, native_id) DO UPDATE SET
       login = excluded.login, name = excluded.name, email = excluded.email,
       department = excluded.department, is_locked = excluded.is_locked,
       is_disabled = excluded.is_disabled, raw = excluded.raw, digest = excluded.digest,
       last_seen_at = excluded.last_seen_at, gone_at = NULL

-- upsert_desktops: Writes the desktops of a page and what changed about those already known.
WITH seen AS MATERIALIZED (
    SELECT seen.*
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (
           native_id text, name text, kind text, state text, login_state text, pool text,
           host text, site text, ip text, operating_system text, agent_version text, image text,
           cpu integer, memory_mb bigint, is_in_maintenance boolean, created_at timestamptz,
           tags jsonb, raw jsonb, digest text)
      LEFT JOIN inventory_desktop old
        ON old.source_id = %(source)s AND old.native_id = seen.native_id
     WHERE old.id IS NULL OR old.digest <> seen.digest OR old.gone_at IS NOT NULL),
changed AS (
    INSERT INTO inventory_desktopchange (tenant_id, desktop_id, at, field, before, after)
    SELECT known.tenant_id, known.id, %(at)s, told.field, told.before, told.after
      FROM seen
      JOIN inventory_desktop known
        ON known.source_id = %(source)s AND known.native_id = seen.native_id
     CROSS JOIN LATERAL (VALUES
           ('exists', CASE WHEN known.gone_at IS NULL THEN 'yes' ELSE 'no' END, 'yes'),
           ('state', known.state, seen.state),
           ('pool', known.pool, seen.pool),
           ('host', known.host, seen.host),
           ('image', known.image, seen.image),
           ('agent_version', known.agent_version, seen.agent_version),
           ('is_in_maintenance', known.is_in_maintenance::text, seen.is_in_maintenance::text),
           -- comings and goings of people are connections; that nobody can come is a change
           ('is_registered', (known.login_state <> 'unregistered')::text,
                             (seen.login_state <> 'unregistered')::text)
           ) AS told (field, before, after)
     WHERE told.before IS DISTINCT FROM told.after)
INSERT INTO inventory_desktop AS known (
       tenant_id, source_id, native_id, name, kind, state, state_since, login_state, pool, host,
       site, ip, operating_system, agent_version, image, cpu, memory_mb, is_in_maintenance,
       created_at, tags, raw, digest, first_seen_at, last_seen_at)
SELECT %(tenant)s, %(source)s, native_id, name, kind, state, %(at)s, login_state, pool, host,
       site, ip, operating_system, agent_version, image, cpu, memory_mb, is_in_maintenance,
       created_at, tags, raw, digest, %(at)s, %(at)s
  FROM seen
ON CONFLICT (source_id, native_id) DO UPDATE SET
       name = excluded.name, kind = excluded.kind, state = excluded.state,
       state_since = CASE WHEN known.state = excluded.state AND known.gone_at IS NULL
                          THEN known.state_since ELSE excluded.state_since END,
       login_state = excluded.login_state, pool = excluded.pool, host = excluded.host,
       site = excluded.site, ip = excluded.ip, operating_system = excluded.operating_system,
       agent_version = excluded.agent_version, image = excluded.image, cpu = excluded.cpu,
       memory_mb = excluded.memory_mb, is_in_maintenance = excluded.is_in_maintenance,
       created_at = excluded.created_at, tags = excluded.tags, raw = excluded.raw,
       digest = excluded.digest, last_seen_at = excluded.last_seen_at, gone_at = NULL

-- drop_assignments: Forgets assignments that the desktops of a page no longer have.
DELETE FROM inventory_desktopassignment a
 USING inventory_desktop d,
       jsonb_to_recordset(%(rows)s::jsonb) AS seen (native_id text, logins jsonb)
 WHERE d.source_id = %(source)s AND d.native_id = seen.native_id AND a.desktop_id = d.id
   AND NOT seen.logins ? a.login

-- add_assignments: Writes the assignments of the desktops of a page.
INSERT INTO inventory_desktopassignment (tenant_id, source_id, desktop_id, login)
SELECT DISTINCT d.tenant_id, d.source_id, d.id, given.login
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (native_id text, logins jsonb)
  JOIN inventory_desktop d ON d.source_id = %(source)s AND d.native_id = seen.native_id
 CROSS JOIN LATERAL jsonb_array_elements_text(seen.logins) AS given (login)
ON CONFLICT DO NOTHING

-- upsert_sessions: Writes the live sessions of a page.
INSERT INTO inventory_session AS known (
       tenant_id, source_id, desktop, login, state, state_since, first_seen_at, last_seen_at)
SELECT %(tenant)s, %(source)s, seen.desktop, seen.login, seen.state, %(at)s, %(at)s, %(at)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (desktop text, login text, state text)
ON CONFLICT (source_id, desktop, login) DO UPDATE SET
       state = excluded.state,
       state_since = CASE WHEN known.state = excluded.state
                          THEN known.state_since ELSE excluded.state_since END,
       last_seen_at = greatest(known.last_seen_at, excluded.last_seen_at)

-- upsert_licences: Writes the licences of a page and what changed about those already known.
WITH seen AS MATERIALIZED (
    SELECT seen.*
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (
           native_id text, name text, total double precision, used double precision, unit text,
           expires_at timestamptz, edition text, raw jsonb, digest text)
      LEFT JOIN inventory_licence old
        ON old.source_id = %(source)s AND old.native_id = seen.native_id
     WHERE old.id IS NULL OR old.digest <> seen.digest OR old.gone_at IS NOT NULL),
changed AS (
    INSERT INTO inventory_licencechange (tenant_id, licence_id, at, field, before, after)
    SELECT known.tenant_id, known.id, %(at)s, told.field, coalesce(told.before, ''),
           coalesce(told.after, '')
      FROM seen
      JOIN inventory_licence known
        ON known.source_id = %(source)s AND known.native_id = seen.native_id
     CROSS JOIN LATERAL (VALUES
           ('exists', CASE WHEN known.gone_at IS NULL THEN 'yes' ELSE 'no' END, 'yes'),
           ('total', known.total::text, seen.total::text),
           ('expires_at', to_char(known.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                          to_char(seen.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
           ('edition', known.edition, seen.edition)
           ) AS told (field, before, after)
     WHERE told.before IS DISTINCT FROM told.after)
INSERT INTO inventory_licence AS known (
       tenant_id, source_id, native_id, name, total, used, unit, expires_at, edition, raw,
       digest, first_seen_at, last_seen_at)
SELECT %(tenant)s, %(source)s, native_id, name, total, used, unit, expires_at, edition, raw,
       digest, %(at)s, %(at)s
  FROM seen
ON CONFLICT (source_id, native_id) DO UPDATE SET
       name = excluded.name, total = excluded.total, used = excluded.used, unit = excluded.unit,
       expires_at = excluded.expires_at, edition = excluded.edition, raw = excluded.raw,
       digest = excluded.digest, last_seen_at = excluded.last_seen_at, gone_at = NULL

-- add_sightings: Says that objects were seen, apart from the objects: most of them never change,
-- and writing them whole at every poll would cost ten times as much.
INSERT INTO inventory_sighting AS known (source_id, kind, native_id, at)
SELECT %(source)s, %(kind)s, seen.native_id, %(at)s
  FROM unnest(%(native_ids)s::text[]) AS seen (native_id)
ON CONFLICT (source_id, kind, native_id) DO UPDATE SET at = greatest(known.at, excluded.at)

-- count_sightings: How many of a kind this poll has seen.
SELECT count(*) AS seen
  FROM inventory_sighting
 WHERE source_id = %(source)s AND kind = %(kind)s AND at >= %(started_at)s

-- drop_sightings: Forgets the sightings of what a complete poll has not seen.
DELETE FROM inventory_sighting
 WHERE source_id = %(source)s AND kind = %(kind)s AND at < %(started_at)s

-- count_pool: How many pools of a source are there.
SELECT count(*) AS known FROM inventory_pool WHERE source_id = %(source)s AND gone_at IS NULL

-- count_host: How many hosts of a source are there.
SELECT count(*) AS known FROM inventory_host WHERE source_id = %(source)s AND gone_at IS NULL

-- count_desktop_user: How many desktop users of a source are there.
SELECT count(*) AS known FROM inventory_desktopuser WHERE source_id = %(source)s AND gone_at IS NULL

-- count_desktop: How many desktops of a source are there.
SELECT count(*) AS known FROM inventory_desktop WHERE source_id = %(source)s AND gone_at IS NULL

-- count_licence: How many licences of a source are there.
SELECT count(*) AS known FROM inventory_licence WHERE source_id = %(source)s AND gone_at IS NULL

-- end_pool: Marks the pools that a complete poll has not seen as gone.
UPDATE inventory_pool o
   SET gone_at = %(at)s, digest = '',
       last_seen_at = coalesce((
           SELECT g.at FROM inventory_sighting g
            WHERE g.source_id = o.source_id AND g.kind = 'pool'
              AND g.native_id = o.native_id), o.last_seen_at)
 WHERE o.source_id = %(source)s AND o.gone_at IS NULL
   AND coalesce((
       SELECT g.at FROM inventory_sighting g
        WHERE g.source_id = o.source_id AND g.kind = 'pool'
          AND g.native_id = o.native_id), '-infinity') < %(started_at)s

-- end_host: Marks the hosts that a complete poll has not seen as gone.
UPDATE inventory_host o
   SET gone_at = %(at)s, digest = '',
       last_seen_at = coalesce((
           SELECT g.at FROM inventory_sighting g
            WHERE g.source_id = o.source_id AND g.kind = 'host'
              AND g.native_id = o.native_id), o.last_seen_at)
 WHERE o.source_id = %(source)s AND o.gone_at IS NULL
   AND coalesce((
       SELECT g.at FROM inventory_sighting g
        WHERE g.source_id = o.source_id AND g.kind = 'host'
          AND g.native_id = o.native_id), '-infinity') < %(started_at)s

-- end_desktop_user: Marks the desktop users that a complete poll has not seen as gone.
UPDATE inventory_desktopuser o
   SET gone_at = %(at)s, digest = '',
       last_seen_at = coalesce((
           SELECT g.at FROM inventory_sighting g
            WHERE g.source_id = o.source_id AND g.kind = 'desktop_user'
              AND g.native_id = o.native_id), o.last_seen_at)
 WHERE o.source_id = %(source)s AND o.gone_at IS NULL
   AND coalesce((
       SELECT g.at FROM inventory_sighting g
        WHERE g.source_id = o.source_id AND g.kind = 'desktop_user'
          AND g.native_id = o.native_id), '-infinity') < %(started_at)s

-- end_desktop: Marks the desktops that a complete poll has not seen as gone.
WITH gone AS (
    UPDATE inventory_desktop o
       SET gone_at = %(at)s, digest = '',
           last_seen_at = coalesce((
               SELECT g.at FROM inventory_sighting g
                WHERE g.source_id = o.source_id AND g.kind = 'desktop'
                  AND g.native_id = o.native_id), o.last_seen_at)
     WHERE o.source_id = %(source)s AND o.gone_at IS NULL
       AND coalesce((
           SELECT g.at FROM inventory_sighting g
            WHERE g.source_id = o.source_id AND g.kind = 'desktop'
              AND g.native_id = o.native_id), '-infinity') < %(started_at)s
    RETURNING o.id, o.tenant_id)
INSERT INTO inventory_desktopchange (tenant_id, desktop_id, at, field, before, after)
SELECT tenant_id, id, %(at)s, 'exists', 'yes', 'no' FROM gone

-- end_licence: Marks the licences that a complete poll has not seen as gone.
WITH gone AS (
    UPDATE inventory_licence o
       SET gone_at = %(at)s, digest = '',
           last_seen_at = coalesce((
               SELECT g.at FROM inventory_sighting g
                WHERE g.source_id = o.source_id AND g.kind = 'licence'
                  AND g.native_id = o.native_id), o.last_seen_at)
     WHERE o.source_id = %(source)s AND o.gone_at IS NULL
       AND coalesce((
           SELECT g.at FROM inventory_sighting g
            WHERE g.source_id = o.source_id AND g.kind = 'licence'
              AND g.native_id = o.native_id), '-infinity') < %(started_at)s
    RETURNING o.id, o.tenant_id)
INSERT INTO inventory_licencechange (tenant_id, licence_id, at, field, before, after)
SELECT tenant_id, id, %(at)s, 'exists', 'yes', 'no' FROM gone

-- end_session: Removes the sessions that a complete poll has not seen.
DELETE FROM inventory_session WHERE source_id = %(source)s AND last_seen_at < %(started_at)s

-- follow_sessions: Brings desktops in line with a complete view of the live sessions.
-- Each desktop looks its sessions up by index: a join is planned badly where PostgreSQL has not
-- counted the rows yet.
UPDATE inventory_desktop d
   SET login_state = told.login_state, digest = ''
  FROM (SELECT known.id, known.login_state AS before,
               coalesce((SELECT min(x.state)  -- connected comes before disconnected
                           FROM inventory_session x
                          WHERE x.source_id = known.source_id AND x.desktop = known.native_id),
                        CASE WHEN known.login_state IN ('connected', 'disconnected')
                             THEN 'ready' ELSE known.login_state END) AS login_state
          FROM inventory_desktop known
         WHERE known.source_id = %(source)s AND known.gone_at IS NULL
        OFFSET 0) AS told
 WHERE d.id = told.id AND told.login_state <> told.before

-- count_sessions: The live sessions of a source and of each of its pools ('' is the source).
WITH placed AS MATERIALIZED (
    SELECT s.login, s.state,
           (SELECT d.pool FROM inventory_desktop d
             WHERE d.source_id = s.source_id AND d.native_id = s.desktop
               AND d.gone_at IS NULL) AS pool
      FROM inventory_session s
     WHERE s.source_id = %(source)s),
counted AS MATERIALIZED (
    SELECT pool, count(DISTINCT login) FILTER (WHERE state = 'connected' AND login <> '')
           AS users_online, count(*) FILTER (WHERE state = 'connected') AS connected,
           count(*) FILTER (WHERE state = 'disconnected') AS disconnected
      FROM placed
     GROUP BY pool)
SELECT '' AS pool, count(DISTINCT login) FILTER (WHERE state = 'connected' AND login <> '')
       AS users_online, count(*) FILTER (WHERE state = 'connected') AS connected,
       count(*) FILTER (WHERE state = 'disconnected') AS disconnected
  FROM placed
UNION ALL
SELECT p.native_id, coalesce(c.users_online, 0), coalesce(c.connected, 0),
       coalesce(c.disconnected, 0)
  FROM inventory_pool p
  LEFT JOIN counted c ON c.pool = p.native_id
 WHERE p.source_id = %(source)s AND p.gone_at IS NULL AND p.native_id <> ''

-- count_desktops: The desktops of a source and of each of its pools by state ('' is the source).
WITH counted AS MATERIALIZED (
    SELECT pool, count(*) AS total, count(*) FILTER (WHERE state = 'running') AS running,
           count(*) FILTER (WHERE state = 'stopped') AS stopped,
           count(*) FILTER (WHERE state = 'hibernated') AS hibernated,
           count(*) FILTER (WHERE state = 'error') AS error,
           count(*) FILTER (WHERE login_state = 'unregistered') AS unregistered
      FROM inventory_desktop
     WHERE source_id = %(source)s AND gone_at IS NULL
     GROUP BY pool)
SELECT '' AS pool, coalesce(sum(total), 0) AS total, coalesce(sum(running), 0) AS running,
       coalesce(sum(stopped), 0) AS stopped, coalesce(sum(hibernated), 0) AS hibernated,
       coalesce(sum(error), 0) AS error, coalesce(sum(unregistered), 0) AS unregistered
  FROM counted
UNION ALL
SELECT p.native_id, coalesce(c.total, 0), coalesce(c.running, 0), coalesce(c.stopped, 0),
       coalesce(c.hibernated, 0), coalesce(c.error, 0), coalesce(c.unregistered, 0)
  FROM inventory_pool p
  LEFT JOIN counted c ON c.pool = p.native_id
 WHERE p.source_id = %(source)s AND p.gone_at IS NULL AND p.native_id <> ''

-- choose_desktops: Takes the desktops whose turn it is to be measured, those in use first.
WITH candidates AS (
    SELECT d.id, d.native_id, used.is_used,
           row_number() OVER (
               PARTITION BY used.is_used ORDER BY d.measured_at NULLS FIRST, d.id) AS place
      FROM inventory_desktop d
     CROSS JOIN LATERAL (
           SELECT EXISTS (
                  SELECT FROM inventory_session s
                   WHERE s.source_id = d.source_id AND s.desktop = d.native_id) AS is_used
           ) AS used
     WHERE d.source_id = %(source)s AND d.gone_at IS NULL AND d.state = 'running'),
chosen AS (
    SELECT id, native_id, is_used, place
      FROM candidates
     -- those in use first, but a quarter of the round is for the others, so that all have a turn
     ORDER BY CASE WHEN is_used AND place <= %(limit)s - %(limit)s / 4 THEN 0
                   WHEN NOT is_used AND place <= %(limit)s / 4 THEN 1
                   WHEN is_used THEN 2 ELSE 3 END, place
     LIMIT %(limit)s),
marked AS (
    UPDATE inventory_desktop d SET measured_at = %(at)s FROM chosen WHERE d.id = chosen.id)
SELECT native_id FROM chosen ORDER BY NOT is_used, place

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

-- desktop_raw: The source's own fields of a desktop.
SELECT raw FROM inventory_desktop WHERE id = %(id)s

-- desktop_changes: What changed about a desktop, newest first.
SELECT at, field, before, after
  FROM inventory_desktopchange
 WHERE desktop_id = %(id)s
 ORDER BY at DESC, id DESC
 LIMIT %(limit)s

-- note_expired: Notes which licences expired, or are valid again, since the last look.
UPDATE inventory_licence l SET is_expired = now_expired.yes
  FROM (SELECT id, gone_at IS NULL AND coalesce(expires_at <= %(at)s, false) AS yes
          FROM inventory_licence WHERE source_id = %(source)s) now_expired
 WHERE l.id = now_expired.id AND l.is_expired <> now_expired.yes
RETURNING l.native_id, l.name, l.expires_at, l.is_expired

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

-- list_departments: The departments of the desktop users of some tenants.
SELECT DISTINCT u.department
  FROM inventory_desktopuser u
  JOIN collect_source s ON s.id = u.source_id AND s.removed_at IS NULL
 WHERE u.tenant_id = ANY(%(tenants)s) AND u.gone_at IS NULL AND u.department <> ''
 ORDER BY u.department

-- list_sessions: Live sessions for a list.
SELECT x.id, x.tenant_id, x.source_id AS source, s.name AS source_name, d.id AS desktop,
       x.desktop AS desktop_native_id, coalesce(d.name, x.desktop) AS desktop_name,
       p.id AS pool, coalesce(p.name, d.pool, '') AS pool_name, u.id AS desktop_user, x.login,
       coalesce(u.name, '') AS user_name, coalesce(u.department, '') AS department, x.state,
       x.state_since, x.first_seen_at, x.last_seen_at
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

-- list_pools: Pools for a list, with what stands in them now.
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
  LEFT JOIN (
       SELECT source_id, pool, count(*) AS desktops_count,
              count(*) FILTER (WHERE state = 'running') AS running_count,
              count(*) FILTER (WHERE state = 'error') AS error_count,
              count(*) FILTER (WHERE login_state = 'unregistered') AS unregistered_count
         FROM inventory_desktop WHERE gone_at IS NULL GROUP BY source_id, pool
       ) AS c ON c.source_id = p.source_id AND c.pool = p.native_id
  LEFT JOIN (
       SELECT source_id, pool, count(DISTINCT login) AS users_online
         FROM (SELECT x.source_id, x.login,
                      (SELECT d.pool FROM inventory_desktop d
                        WHERE d.source_id = x.source_id AND d.native_id = x.desktop
                          AND d.gone_at IS NULL) AS pool
                 FROM inventory_session x
                WHERE x.state = 'connected' AND x.login <> '') AS placed
        GROUP BY source_id, pool
       ) AS o ON o.source_id = p.source_id AND o.pool = p.native_id

-- list_hosts: Hosts for a list.
SELECT h.id, h.tenant_id, h.source_id AS source, s.name AS source_name, h.native_id, h.name,
       h.state, h.is_healthy, h.cpu_total, h.cpu_used, h.memory_total_mb, h.memory_used_mb,
       h.first_seen_at, coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = h.source_id AND g.kind = 'host'
                    AND g.native_id = h.native_id), h.last_seen_at) AS last_seen_at, h.gone_at,
       (SELECT count(*) FROM inventory_desktop d
         WHERE d.source_id = h.source_id AND d.host = h.native_id
           AND d.gone_at IS NULL) AS desktops_count
  FROM inventory_host h
  JOIN collect_source s ON s.id = h.source_id AND s.removed_at IS NULL

-- list_licences: Licences for a list.
SELECT l.id, l.tenant_id, l.source_id AS source, s.name AS source_name, l.native_id, l.name,
       l.total, l.used, CASE WHEN l.total > 0 THEN l.used / l.total END AS used_ratio, l.unit,
       l.expires_at, l.edition, l.first_seen_at, coalesce((SELECT g.at FROM inventory_sighting g
                  WHERE g.source_id = l.source_id AND g.kind = 'licence'
                    AND g.native_id = l.native_id), l.last_seen_at) AS last_seen_at, l.gone_at
  FROM inventory_licence l
  JOIN collect_source s ON s.id = l.source_id AND s.removed_at IS NULL

-- now_sessions: The live sessions of some tenants, over enabled sources.
SELECT x.tenant_id AS tenant,
       count(DISTINCT (x.source_id, x.login)) FILTER (
           WHERE x.state = 'connected' AND x.login <> '') AS users_online,
       count(*) FILTER (WHERE x.state = 'connected') AS connected,
       count(*) FILTER (WHERE x.state = 'disconnected') AS disconnected
  FROM inventory_session x
  JOIN collect_source s ON s.id = x.source_id AND s.is_enabled AND s.removed_at IS NULL
 WHERE x.tenant_id = ANY(%(tenants)s)
 GROUP BY x.tenant_id

-- now_desktops: The desktops of some tenants by their states.
SELECT d.tenant_id AS tenant, t.name AS tenant_name, d.state, d.login_state, count(*) AS count
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.is_enabled AND s.removed_at IS NULL
  JOIN people_tenant t ON t.id = d.tenant_id
 WHERE d.tenant_id = ANY(%(tenants)s) AND d.gone_at IS NULL
 GROUP BY d.tenant_id, t.name, d.state, d.login_state

-- now_sources: How fresh the sessions of the enabled sources of some tenants are.
SELECT s.name, r.last_ok_at, r.state
  FROM collect_source s
  JOIN collect_sourceread r ON r.source_id = s.id AND r.read = 'sessions'
 WHERE s.tenant_id = ANY(%(tenants)s) AND s.is_enabled AND s.removed_at IS NULL
 ORDER BY s.name
