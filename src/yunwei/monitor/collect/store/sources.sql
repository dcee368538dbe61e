-- list_sources: Sources for a list, with the names of their tenants; removed ones are not there.
SELECT s.id, s.tenant_id, t.name AS tenant_name, s.connector, s.name, s.is_enabled,
       s.is_internal, CASE WHEN s.is_internal THEN 'ok' WHEN s.is_enabled THEN s.state
                           ELSE 'disabled' END AS state,
       s.state_since, s.state_text, s.last_ok_at, s.created_at,
       s.history_days, s.settings, s.secrets_set,
       (SELECT count(*) FROM collect_deadletter d
         WHERE d.source_id = s.id AND d.state = 'open') AS dead_letters
  FROM collect_source s
  JOIN people_tenant t ON t.id = s.tenant_id
 WHERE s.removed_at IS NULL

-- fetch_reads: How the reads of some sources go.
SELECT source_id AS source, read, state, text, last_started_at, last_ok_at, next_at,
       last_duration_s, last_items, failures
  FROM collect_sourceread
 WHERE source_id = ANY(%(sources)s)
 ORDER BY source_id, read

-- fetch_state_changes: The time line of a source's health, newest first.
SELECT at, before, after, text
  FROM collect_sourcestatechange
 WHERE source_id = %(source)s
 ORDER BY at DESC, id DESC
 LIMIT %(limit)s

-- count_states: How many sources of some tenants are in each state.
SELECT CASE WHEN is_enabled THEN state ELSE 'disabled' END AS state, count(*) AS count
  FROM collect_source
 WHERE tenant_id = ANY(%(tenants)s) AND removed_at IS NULL AND NOT is_internal
 GROUP BY 1

-- lock_source: One source that is not removed, locked until the end of the transaction.
SELECT id, tenant_id AS tenant, connector, name, settings, secrets, secrets_set, is_enabled,
       is_internal, history_days, revision
  FROM collect_source
 WHERE id = %(source)s AND removed_at IS NULL
   FOR UPDATE

-- add_source: Adds a source; nothing when its name is taken in its tenant.
INSERT INTO collect_source (
       tenant_id, connector, name, settings, secrets, secrets_set, is_internal, history_days)
VALUES (%(tenant)s, %(connector)s, %(name)s, %(settings)s, %(secrets)s, %(secrets_set)s,
       %(is_internal)s, %(history_days)s)
ON CONFLICT DO NOTHING
RETURNING id

-- name_taken: Whether another source of the tenant has this name.
SELECT EXISTS (
       SELECT FROM collect_source
        WHERE tenant_id = %(tenant)s AND lower(name) = lower(%(name)s) AND removed_at IS NULL
          AND id IS DISTINCT FROM %(source)s) AS is_taken

-- change_source: Changes what a person typed; its reads start afresh where they were.
UPDATE collect_source
   SET name = %(name)s, settings = %(settings)s, secrets = %(secrets)s,
       secrets_set = %(secrets_set)s, history_days = %(history_days)s, revision = revision + 1
 WHERE id = %(source)s

-- switch_source: Enables or disables a source.
UPDATE collect_source
   SET is_enabled = %(is_enabled)s, revision = revision + 1
 WHERE id = %(source)s

-- remove_source: Takes a source out of everything; its name stays for what it left behind.
UPDATE collect_source
   SET is_enabled = false, removed_at = %(at)s, secrets = ''::bytea, secrets_set = '[]',
       revision = revision + 1
 WHERE id = %(source)s

-- forget_reads: Lets all reads of a source count as new; watermarks stay.
UPDATE collect_sourceread
   SET state = 'new', text = '', failures = 0, next_at = NULL
 WHERE source_id = %(source)s

-- lock_health: The health of a source, locked until the end of the transaction.
SELECT id AS source, tenant_id AS tenant, name,
       is_enabled AND removed_at IS NULL AS is_enabled, state, state_text AS text,
       state_changes AS changes
  FROM collect_source
 WHERE id = %(source)s
   FOR UPDATE

-- save_state: Writes the state of a source.
UPDATE collect_source
   SET state = %(state)s, state_text = %(text)s, state_changes = %(changes)s,
       state_since = CASE WHEN state = %(state)s THEN state_since ELSE %(at)s END
 WHERE id = %(source)s

-- add_state_change: Appends to the time line of a source's health.
INSERT INTO collect_sourcestatechange (tenant_id, source_id, at, before, after, text)
VALUES (%(tenant)s, %(source)s, %(at)s, %(before)s, %(after)s, %(text)s)

-- note_ok: Says that a source was read.
UPDATE collect_source
   SET last_ok_at = greatest(last_ok_at, %(at)s)
 WHERE id = %(source)s

-- fetch_enabled: Every enabled source with all that engine processes need.
SELECT id, tenant_id AS tenant, connector, name, settings, secrets, history_days, revision
  FROM collect_source
 WHERE is_enabled AND removed_at IS NULL AND NOT is_internal
 ORDER BY id

-- fetch_source: One source with all that engine processes need, enabled or not.
SELECT id, tenant_id AS tenant, connector, name, settings, secrets, history_days, revision
  FROM collect_source
 WHERE id = %(source)s AND removed_at IS NULL

-- fetch_internal: The platform's own source.
SELECT id, tenant_id AS tenant, connector, name, settings, secrets, history_days, revision
  FROM collect_source
 WHERE is_internal

-- fetch_names: The names of all sources, removed ones too.
SELECT id, name FROM collect_source

-- fetch_expected: Every source of some tenants, ever, and whether it still ought to measure.
SELECT id, is_enabled AND removed_at IS NULL AS is_expected
  FROM collect_source
 WHERE tenant_id = ANY(%(tenants)s)

-- fetch_provider: The tenant of the provider.
SELECT id FROM people_tenant WHERE is_provider

-- fetch_tenant: Whether there is such a tenant and it is active.
SELECT id FROM people_tenant WHERE id = %(tenant)s AND is_active

-- has_connector: Whether any source of a connector was ever made, removed ones too.
SELECT EXISTS (SELECT FROM collect_source WHERE connector = %(connector)s) AS is_there

-- say_alive: Says that a copy of collect lives, and forgets those that were silent for a minute.
WITH dead AS (DELETE FROM collect_runner WHERE seen_at < now() - interval '1 minute')
INSERT INTO collect_runner (holder, seen_at) VALUES (%(holder)s, now())
ON CONFLICT (holder) DO UPDATE SET seen_at = excluded.seen_at

-- count_alive: How many copies live, and how many sources there are for them.
SELECT (SELECT count(*) FROM collect_runner
         WHERE seen_at > now() - make_interval(secs => %(lease_s)s)) AS copies,
       (SELECT count(*) FROM collect_source
         WHERE is_enabled AND removed_at IS NULL AND NOT is_internal) AS sources

-- renew_leases: Prolongs the leases of a copy on sources that are still to be read.
UPDATE collect_sourcelease l
   SET until = now() + make_interval(secs => %(lease_s)s)
  FROM collect_source s
 WHERE l.holder = %(holder)s AND s.id = l.source_id AND s.is_enabled AND s.removed_at IS NULL
   AND NOT s.is_internal
RETURNING l.source_id AS source

-- claim_leases: Takes free leases, never more than asked for, never waiting for another copy.
WITH free AS (
    SELECT s.id
      FROM collect_source s
      LEFT JOIN collect_sourcelease l ON l.source_id = s.id
     WHERE s.is_enabled AND s.removed_at IS NULL AND NOT s.is_internal
       AND (l.source_id IS NULL OR l.until < now())
     ORDER BY s.id
     LIMIT %(count)s
       FOR UPDATE OF s SKIP LOCKED)
INSERT INTO collect_sourcelease (source_id, holder, until)
SELECT id, %(holder)s, now() + make_interval(secs => %(lease_s)s) FROM free
ON CONFLICT (source_id) DO UPDATE SET holder = excluded.holder, until = excluded.until
 WHERE collect_sourcelease.until < now()
RETURNING source_id AS source

-- drop_leases: Gives leases of a copy back.
DELETE FROM collect_sourcelease
 WHERE holder = %(holder)s AND source_id = ANY(%(sources)s)

-- leave: Gives everything of a copy back.
WITH gone AS (DELETE FROM collect_runner WHERE holder = %(holder)s)
DELETE FROM collect_sourcelease WHERE holder = %(holder)s

-- hold_lease: Makes sure, until the end of the transaction, that a copy still has the lease.
SELECT source_id
  FROM collect_sourcelease
 WHERE source_id = %(source)s AND holder = %(holder)s AND until > now()
   FOR SHARE

-- start_read: Says that a read of a source begins.
INSERT INTO collect_sourceread (tenant_id, source_id, read, last_started_at)
VALUES (%(tenant)s, %(source)s, %(read)s, %(at)s)
ON CONFLICT (source_id, read) DO UPDATE SET last_started_at = excluded.last_started_at
RETURNING watermark, last_ok_at

-- save_watermark: Moves a read on, in the transaction that stores what it gave.
UPDATE collect_sourceread
   SET watermark = %(watermark)s, watermark_at = %(at)s
 WHERE source_id = %(source)s AND read = %(read)s

-- finish_read: Says how a read of a source went.
UPDATE collect_sourceread
   SET state = %(state)s, text = %(text)s, failures = %(failures)s, next_at = %(next_at)s,
       last_ok_at = coalesce(%(ok_at)s, last_ok_at),
       last_duration_s = coalesce(%(duration_s)s, last_duration_s),
       last_items = coalesce(%(items)s, last_items)
 WHERE source_id = %(source)s AND read = %(read)s

-- list_unsettled: Sources nobody is to read any more whose state does not say so yet.
SELECT id
  FROM collect_source
 WHERE NOT is_enabled AND state <> 'disabled' AND NOT is_internal

-- fetch_held: What a copy is to read now, to compare with what it reads.
SELECT s.id, s.revision
  FROM collect_source s
  JOIN collect_sourcelease l ON l.source_id = s.id
 WHERE l.holder = %(holder)s AND l.until > now() AND s.is_enabled AND s.removed_at IS NULL
   AND NOT s.is_internal
 ORDER BY s.id

-- reads_of_source: The states of all reads of a source, for the source's own state.
SELECT read, state, text, failures FROM collect_sourceread WHERE source_id = %(source)s

-- keep_reads: Forgets the reads that a source's connector no longer has.
DELETE FROM collect_sourceread WHERE source_id = %(source)s AND NOT read = ANY(%(reads)s)

-- note_unusable: Says that a source can not be read at all as it is set up.
INSERT INTO collect_sourceread (
       tenant_id, source_id, read, state, text, failures, last_started_at)
SELECT tenant_id, id, 'setup', 'refused', %(text)s, 1, %(at)s
  FROM collect_source
 WHERE id = %(source)s
ON CONFLICT (source_id, read) DO UPDATE
   SET state = excluded.state, text = excluded.text, last_started_at = excluded.last_started_at,
       failures = collect_sourceread.failures + 1
