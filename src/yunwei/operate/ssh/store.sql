-- list_profiles: Profiles for a list.
SELECT p.id, p.tenant_id, t.name AS tenant_name, p.name, p.user_name, p.kind, p.sign_in,
       p.condition, p.port, p.trust,
       p.host_authority, p.jump_host, p.jump_port, p.jump_user, p.jump_key, p.connect_timeout_s,
       p.parallel, p.is_enabled, p.holds, p.changed_at, p.changed_by
  FROM ssh_profile p
  JOIN people_tenant t ON t.id = p.tenant_id
 WHERE p.removed_at IS NULL

-- list_host_keys: Host keys of desktops for a list.
SELECT k.desktop_id AS id, k.desktop_id AS desktop, d.name AS desktop_name, d.tenant_id, t.name AS tenant_name,
       CASE WHEN k.offered = '' THEN 'trusted' WHEN k.trusted = '' THEN 'unknown'
            ELSE 'changed' END AS state,
       k.trusted, k.trusted_fingerprint, k.trusted_at, k.trusted_by, k.offered,
       k.offered_fingerprint, k.offered_at, k.offered_address
  FROM ssh_hostkey k
  JOIN inventory_desktop d ON d.id = k.desktop_id
  JOIN people_tenant t ON t.id = d.tenant_id
 WHERE k.trusted <> '' OR k.offered <> ''

-- add_profile: A new profile; nothing when the tenant has one of that name.
INSERT INTO ssh_profile (
       tenant_id, name, user_name, kind, sign_in, condition, port, trust, host_authority, jump_host, jump_port,
       jump_user, jump_key, connect_timeout_s, parallel, is_enabled, sealed, holds, changed_at,
       changed_by)
VALUES (%(tenant)s, %(name)s, %(user_name)s, %(kind)s, %(sign_in)s, %(condition)s, %(port)s, %(trust)s,
        %(host_authority)s, %(jump_host)s, %(jump_port)s, %(jump_user)s, %(jump_key)s,
        %(connect_timeout_s)s, %(parallel)s, %(is_enabled)s, %(sealed)s, %(holds)s::jsonb, %(now)s,
        %(by)s)
ON CONFLICT (tenant_id, name) WHERE removed_at IS NULL DO NOTHING
RETURNING id

-- change_profile: A profile as it is from now on.
UPDATE ssh_profile
   SET name = %(name)s, user_name = %(user_name)s, sign_in = %(sign_in)s,
       condition = %(condition)s, port = %(port)s, trust = %(trust)s,
       host_authority = %(host_authority)s, jump_host = %(jump_host)s, jump_port = %(jump_port)s, jump_user = %(jump_user)s, jump_key = %(jump_key)s,
       connect_timeout_s = %(connect_timeout_s)s, parallel = %(parallel)s,
       is_enabled = %(is_enabled)s, sealed = %(sealed)s, holds = %(holds)s::jsonb,
       changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s AND removed_at IS NULL

-- name_is_taken: Whether a tenant has another profile of this name.
SELECT id FROM ssh_profile
 WHERE tenant_id = %(tenant)s AND name = %(name)s AND removed_at IS NULL AND id <> %(but)s

-- remove_profile: A profile that is over for good, and its secrets with it.
UPDATE ssh_profile
   SET removed_at = %(now)s, is_enabled = false, sealed = '', holds = '[]'::jsonb
 WHERE id = %(id)s

-- sealed_of: What profiles hold, encrypted.
SELECT id, sealed FROM ssh_profile WHERE id = ANY(%(profiles)s) AND removed_at IS NULL

-- desktop_at: A desktop of a tenant by its name or its number in its source, and where it is.
SELECT d.id AS desktop, d.tenant_id AS tenant, d.name, d.ip, d.native_id, s.name AS source_name,
       coalesce(p.name, d.pool) AS pool_name, coalesce(h.name, d.host) AS host_name, d.site, d.image,
       d.kind, d.operating_system, d.agent_version, d.state, d.login_state, d.tags
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
 WHERE d.tenant_id = %(tenant)s AND d.gone_at IS NULL
   AND lower(%(name)s) IN (lower(d.name), lower(d.native_id))
 ORDER BY d.id
 LIMIT 2

-- trusted_keys: The host keys that are trusted of some desktops.
SELECT desktop_id AS desktop, trusted FROM ssh_hostkey
 WHERE desktop_id = ANY(%(desktops)s) AND trusted <> ''

-- note_believed: Desktops that showed the key that is trusted, or their first one.
INSERT INTO ssh_hostkey (desktop_id, trusted, trusted_fingerprint, trusted_at)
SELECT d.id, r.key, r.fingerprint, %(now)s
  FROM unnest(%(rows.desktop)s::bigint[], %(rows.key)s::text[], %(rows.fingerprint)s::text[])
       AS r (desktop, key, fingerprint)
  JOIN inventory_desktop d ON d.id = r.desktop
ON CONFLICT (desktop_id) DO UPDATE
   SET trusted = CASE WHEN ssh_hostkey.trusted = '' THEN excluded.trusted
                      ELSE ssh_hostkey.trusted END,
       trusted_fingerprint = CASE WHEN ssh_hostkey.trusted = '' THEN excluded.trusted_fingerprint
                                  ELSE ssh_hostkey.trusted_fingerprint END,
       trusted_at = CASE WHEN ssh_hostkey.trusted = '' THEN excluded.trusted_at
                         ELSE ssh_hostkey.trusted_at END,
       offered = '', offered_fingerprint = '', offered_at = NULL, offered_address = ''
 WHERE ssh_hostkey.trusted = '' OR ssh_hostkey.offered <> ''

-- note_offered: Desktops that showed a key that is not trusted, to be looked at by a person.
INSERT INTO ssh_hostkey (desktop_id, offered, offered_fingerprint, offered_at, offered_address)
SELECT d.id, r.key, r.fingerprint, %(now)s, r.address
  FROM unnest(%(rows.desktop)s::bigint[], %(rows.key)s::text[], %(rows.fingerprint)s::text[],
              %(rows.address)s::text[])
       AS r (desktop, key, fingerprint, address)
  JOIN inventory_desktop d ON d.id = r.desktop
ON CONFLICT (desktop_id) DO UPDATE
   SET offered = excluded.offered, offered_fingerprint = excluded.offered_fingerprint,
       offered_at = excluded.offered_at, offered_address = excluded.offered_address

-- accept_key: The key that a desktop showed is the one that is trusted; the very one looked at.
UPDATE ssh_hostkey
   SET trusted = offered, trusted_fingerprint = offered_fingerprint, trusted_at = %(now)s,
       trusted_by = %(by)s, offered = '', offered_fingerprint = '', offered_at = NULL,
       offered_address = ''
 WHERE desktop_id = %(desktop)s AND offered <> '' AND offered_fingerprint = %(fingerprint)s
RETURNING desktop_id AS desktop

-- set_key: The key of a desktop as a person knows it.
INSERT INTO ssh_hostkey (desktop_id, trusted, trusted_fingerprint, trusted_at, trusted_by)
VALUES (%(desktop)s, %(key)s, %(fingerprint)s, %(now)s, %(by)s)
ON CONFLICT (desktop_id) DO UPDATE
   SET trusted = excluded.trusted, trusted_fingerprint = excluded.trusted_fingerprint,
       trusted_at = excluded.trusted_at, trusted_by = excluded.trusted_by, offered = '',
       offered_fingerprint = '', offered_at = NULL, offered_address = ''

-- decline_key: The key that a desktop showed is not accepted; what was trusted stays.
UPDATE ssh_hostkey
   SET offered = '', offered_fingerprint = '', offered_at = NULL, offered_address = ''
 WHERE desktop_id = %(desktop)s AND offered <> ''
RETURNING desktop_id AS desktop

-- forget_key: Nothing is known of a desktop's key any more.
DELETE FROM ssh_hostkey WHERE desktop_id = %(desktop)s
