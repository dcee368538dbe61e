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

-- upsert_desktops: Writes the desktops of a page and what changed about those already known. One
-- that is new is a change where the source had desktops before. What others may act upon is untold.
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
    INSERT INTO inventory_desktopchange (tenant_id, desktop_id, at, field, before, after, is_told)
    SELECT known.tenant_id, known.id, %(at)s, told.field, told.before, told.after,
           NOT (told.field = 'exists' OR (told.field = 'state' AND told.after = 'running')
                OR (told.field = 'image' AND told.before <> '' AND told.after <> ''))
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
     WHERE told.before IS DISTINCT FROM told.after),
written AS (
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
    RETURNING known.id, known.tenant_id, known.first_seen_at)
INSERT INTO inventory_desktopchange (tenant_id, desktop_id, at, field, before, after, is_told)
SELECT tenant_id, id, %(at)s, 'exists', '', 'yes', false
  FROM written
 WHERE first_seen_at = %(at)s
   AND EXISTS (  -- as it was before this statement
       SELECT FROM inventory_desktop other
        WHERE other.source_id = %(source)s AND other.first_seen_at < %(started_at)s)

-- drop_assignments: Forgets assignments that the desktops of a page no longer have.
WITH dropped AS (
    DELETE FROM inventory_desktopassignment a
     USING inventory_desktop d,
           jsonb_to_recordset(%(rows)s::jsonb) AS seen (native_id text, logins jsonb)
     WHERE d.source_id = %(source)s AND d.native_id = seen.native_id AND a.desktop_id = d.id
       AND NOT seen.logins ? a.login
    RETURNING a.tenant_id, a.desktop_id, a.login)
INSERT INTO inventory_desktopchange (tenant_id, desktop_id, at, field, before, after)
SELECT tenant_id, desktop_id, %(at)s, 'login', login, '' FROM dropped

-- add_assignments: Writes the assignments of the desktops of a page; one to a desktop that was known
-- before is a change.
WITH added AS (
    INSERT INTO inventory_desktopassignment (tenant_id, source_id, desktop_id, login)
    SELECT DISTINCT d.tenant_id, d.source_id, d.id, given.login
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (native_id text, logins jsonb)
      JOIN inventory_desktop d ON d.source_id = %(source)s AND d.native_id = seen.native_id
     CROSS JOIN LATERAL jsonb_array_elements_text(seen.logins) AS given (login)
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, desktop_id, login)
INSERT INTO inventory_desktopchange (tenant_id, desktop_id, at, field, before, after, is_told)
SELECT a.tenant_id, a.desktop_id, %(at)s, 'login', '', a.login, false
  FROM added a
  JOIN inventory_desktop d ON d.id = a.desktop_id
 WHERE d.first_seen_at < %(at)s

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

-- upsert_last_uses: Keeps the latest connection of each user to each desktop; rows: connections that
-- became usable, in any order and any of them again.
WITH told AS (
    SELECT DISTINCT ON (told.desktop, told.login) told.*,
           max(told.ended_at) OVER (PARTITION BY told.desktop, told.login) AS used_until
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS told (
           desktop text, login text, began_at timestamptz, ended_at timestamptz,
           rtt_s double precision, client_type text, client_name text, client_ip text,
           client_version text)
     ORDER BY told.desktop, told.login, told.began_at DESC, told.ended_at DESC NULLS LAST)
INSERT INTO inventory_lastuse AS known (
       tenant_id, source_id, desktop, login, began_at, ended_at, used_until, rtt_s, client_type,
       client_name, client_ip, client_version)
SELECT %(tenant)s, %(source)s, desktop, login, began_at, ended_at, used_until, rtt_s, client_type,
       client_name, client_ip, client_version
  FROM told
 ORDER BY desktop, login
ON CONFLICT (source_id, desktop, login) DO UPDATE SET
       began_at = excluded.began_at, ended_at = excluded.ended_at, rtt_s = excluded.rtt_s,
       used_until = greatest(known.used_until, excluded.used_until),
       client_type = excluded.client_type, client_name = excluded.client_name,
       client_ip = excluded.client_ip, client_version = excluded.client_version
 WHERE excluded.began_at > known.began_at
    OR (excluded.began_at = known.began_at AND known.ended_at IS NULL)

-- upsert_licences: Writes the licences of a page and what changed about those already known. One
-- that is new is a change where the source had licences before.
WITH seen AS MATERIALIZED (
    SELECT seen.*
      FROM jsonb_to_recordset(%(rows)s::jsonb) AS seen (
           native_id text, name text, total double precision, used double precision, unit text,
           expires_at timestamptz, edition text, kind text, server text, binding text,
           grace_ends_at timestamptz, raw jsonb, digest text)
      LEFT JOIN inventory_licence old
        ON old.source_id = %(source)s AND old.native_id = seen.native_id
     WHERE old.id IS NULL OR old.digest <> seen.digest OR old.gone_at IS NOT NULL),
written AS (
    INSERT INTO inventory_licence AS known (
           tenant_id, source_id, native_id, name, total, used, unit, expires_at, edition, kind,
           server, binding, grace_ends_at, peak_used, peak_at, raw, digest, first_seen_at,
           last_seen_at)
    SELECT %(tenant)s, %(source)s, native_id, name, total, used, unit, expires_at, edition, kind,
           server, binding, grace_ends_at, used, %(at)s, raw, digest, %(at)s, %(at)s
      FROM seen
    ON CONFLICT (source_id, native_id) DO UPDATE SET
           name = excluded.name, total = excluded.total, used = excluded.used,
           unit = excluded.unit, expires_at = excluded.expires_at, edition = excluded.edition,
           kind = excluded.kind, server = excluded.server, binding = excluded.binding,
           grace_ends_at = excluded.grace_ends_at, raw = excluded.raw, digest = excluded.digest,
           peak_used = greatest(known.peak_used, excluded.used),
           peak_at = CASE WHEN excluded.used > known.peak_used OR known.peak_used IS NULL
                          THEN excluded.peak_at ELSE known.peak_at END,
           last_seen_at = excluded.last_seen_at, gone_at = NULL
    RETURNING known.id, known.native_id)
INSERT INTO inventory_licencechange (tenant_id, licence_id, at, field, before, after, is_told)
SELECT %(tenant)s, written.id, %(at)s, told.field, coalesce(told.before, ''),
       coalesce(told.after, ''), false
  FROM written
  JOIN seen ON seen.native_id = written.native_id
  -- as it was before this statement
  LEFT JOIN inventory_licence known
    ON known.source_id = %(source)s AND known.native_id = seen.native_id
 CROSS JOIN LATERAL (VALUES
       ('exists', CASE WHEN known.id IS NULL THEN '' WHEN known.gone_at IS NULL THEN 'yes'
                       ELSE 'no' END, 'yes'),
       ('name', coalesce(known.name, seen.name), seen.name),
       -- a release before this one did not know kinds: that is no change
       ('kind', coalesce(nullif(known.kind, ''), seen.kind), seen.kind),
       ('total', CASE WHEN known.id IS NULL THEN seen.total ELSE known.total END::text,
                 seen.total::text),
       ('expires_at', to_char(CASE WHEN known.id IS NULL THEN seen.expires_at
                                   ELSE known.expires_at END AT TIME ZONE 'UTC',
                              'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                      to_char(seen.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
       ('grace_ends_at', to_char(CASE WHEN known.id IS NULL THEN seen.grace_ends_at
                                      ELSE known.grace_ends_at END AT TIME ZONE 'UTC',
                                 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                         to_char(seen.grace_ends_at AT TIME ZONE 'UTC',
                                 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
       ('edition', coalesce(known.edition, seen.edition), seen.edition),
       ('server', coalesce(known.server, seen.server), seen.server),
       ('binding', coalesce(known.binding, seen.binding), seen.binding)
       ) AS told (field, before, after)
 WHERE told.before IS DISTINCT FROM told.after
   AND (known.id IS NOT NULL OR EXISTS (
        SELECT FROM inventory_licence other
         WHERE other.source_id = %(source)s AND other.first_seen_at < %(started_at)s))

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
INSERT INTO inventory_licencechange (tenant_id, licence_id, at, field, before, after, is_told)
SELECT tenant_id, id, %(at)s, 'exists', 'yes', 'no', false FROM gone

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

-- take_untold_changes: Changes of a source's licences of which nobody has been told, oldest first;
-- they count as told from now on.
WITH taken AS (
    UPDATE inventory_licencechange c
       SET is_told = true
      FROM inventory_licence l
     WHERE l.id = c.licence_id AND l.source_id = %(source)s AND NOT c.is_told
    RETURNING c.id, l.native_id, l.name, c.at, c.field, c.before, c.after)
SELECT native_id, name, at, field, before, after FROM taken ORDER BY id

-- licence_standings: The licences of a source and what has been told of them. What went long ago
-- has nothing left to tell.
SELECT id, native_id, name, total, used, CASE WHEN total > 0 THEN used / total END AS used_ratio,
       expires_at, gone_at, is_expired, expiry_step, use_level, scarce_at, spent_at
  FROM inventory_licence
 WHERE source_id = %(source)s
   AND (gone_at IS NULL OR is_expired OR expiry_step IS NOT NULL OR use_level > 0)
 ORDER BY id

-- keep_licence_standings: Notes what has been told of licences from now on.
UPDATE inventory_licence l
   SET is_expired = told.is_expired, expiry_step = told.expiry_step, use_level = told.use_level
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS told (
       id bigint, is_expired boolean, expiry_step smallint, use_level smallint)
 WHERE l.id = told.id
