-- list_agents: Agents for a list, with what they said last.
SELECT a.id, a.tenant_id, t.name AS tenant_name, a.name, a.desktop_id,
       coalesce(d.name, '') AS desktop_name, a.public_key, a.enrolled_at, a.revoked_at,
       a.revoked_by, coalesce(k.name, '') AS token_name, p.seen_at,
       coalesce(p.version, '') AS version, coalesce(p.told->>'system', '') AS system,
       CASE WHEN a.revoked_at IS NOT NULL THEN 'revoked'
            WHEN p.seen_at IS NULL THEN 'never'
            WHEN p.is_doubled THEN 'doubled'
            WHEN p.seen_at < now() - INTERVAL '3 minutes' THEN 'silent'
            ELSE 'online' END AS state,
       coalesce(p.told, '{}') AS told, coalesce(p.sample, '{}') AS sample
  FROM agents_agent a
  JOIN people_tenant t ON t.id = a.tenant_id
  LEFT JOIN agents_presence p ON p.agent_id = a.id
  LEFT JOIN inventory_desktop d ON d.id = a.desktop_id
  LEFT JOIN agents_enrolmenttoken k ON k.id = a.token_id

-- list_tokens: Enrolment tokens without their secrets.
SELECT k.id, k.tenant_id, t.name AS tenant_name, k.name, k.prefix, k.desktop_id,
       coalesce(d.name, '') AS desktop_name, k.uses, k.uses_left, k.created_at, k.created_by,
       k.expires_at, k.revoked_at,
       CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
            WHEN k.uses_left = 0 THEN 'used'
            WHEN k.expires_at <= now() THEN 'expired'
            ELSE 'open' END AS state
  FROM agents_enrolmenttoken k
  JOIN people_tenant t ON t.id = k.tenant_id
  LEFT JOIN inventory_desktop d ON d.id = k.desktop_id

-- add_token: A new token; its digest is all that is kept of its secret.
INSERT INTO agents_enrolmenttoken (
       tenant_id, desktop_id, name, prefix, digest, uses, uses_left, created_at, created_by,
       expires_at)
VALUES (%(tenant)s, %(desktop)s, %(name)s, %(prefix)s, %(digest)s, %(uses)s, %(uses)s, %(now)s,
        %(created_by)s, %(expires_at)s)
RETURNING id

-- revoke_token: The token opens nothing any more; nothing when it is revoked.
UPDATE agents_enrolmenttoken SET revoked_at = %(now)s
 WHERE id = %(token)s AND revoked_at IS NULL
RETURNING id

-- use_token: One use of an open token less; nothing when it opens nothing.
UPDATE agents_enrolmenttoken SET uses_left = uses_left - 1
 WHERE digest = %(digest)s AND uses_left > 0 AND revoked_at IS NULL AND expires_at > %(now)s
RETURNING id, tenant_id AS tenant, desktop_id AS desktop, name

-- desktops_named: The desktops of a tenant that have a name, whatever its letters' case.
SELECT d.id
  FROM inventory_desktop d
 WHERE d.tenant_id = %(tenant)s AND d.gone_at IS NULL AND lower(d.name) = lower(%(name)s)
 LIMIT 2

-- desktop_of_tenant: Whether a desktop is a tenant's.
SELECT EXISTS (SELECT 1 FROM inventory_desktop
                WHERE id = %(desktop)s AND tenant_id = %(tenant)s AND gone_at IS NULL) AS is_there

-- add_agent: A machine has enrolled; nothing when its key has, before.
INSERT INTO agents_agent (
       tenant_id, desktop_id, token_id, name, public_key, machine, enrolled_at, is_told)
VALUES (%(tenant)s, %(desktop)s, %(token)s, %(name)s, %(public_key)s, %(machine)s, %(now)s, false)
ON CONFLICT (public_key) DO NOTHING
RETURNING id

-- agent_by_key: Whom a public key belongs to.
SELECT id, tenant_id AS tenant, public_key, desktop_id AS desktop
  FROM agents_agent
 WHERE public_key = %(public_key)s AND machine = %(machine)s AND revoked_at IS NULL

-- replace_agents: A desktop's earlier agents, whose machine is not there any more.
UPDATE agents_agent SET revoked_at = %(now)s, revoked_by = %(by)s
 WHERE desktop_id = %(desktop)s AND id <> %(agent)s AND revoked_at IS NULL
RETURNING id

-- revoke_agent: The agent is cut off; nothing when it was.
UPDATE agents_agent SET revoked_at = %(now)s, revoked_by = %(by)s
 WHERE id = %(agent)s AND revoked_at IS NULL
RETURNING id

-- give_desktop: An agent belongs to a desktop, or to none.
UPDATE agents_agent SET desktop_id = %(desktop)s WHERE id = %(agent)s

-- take_enrolments: Agents that enrolled, each once it has a desktop; they are told from now on,
-- each with the machine of the agent that its desktop had before, "" for none.
WITH due AS (
    SELECT a.id
      FROM agents_agent a
     WHERE NOT a.is_told AND a.desktop_id IS NOT NULL AND a.revoked_at IS NULL
     ORDER BY a.id
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED),
taken AS (
    UPDATE agents_agent a SET is_told = true
      FROM due
     WHERE a.id = due.id
    RETURNING a.id, a.tenant_id, a.desktop_id, a.machine, a.enrolled_at)
SELECT t.id AS agent, t.tenant_id AS tenant, t.desktop_id AS desktop, t.enrolled_at AS at, t.machine,
       coalesce((SELECT b.machine FROM agents_agent b
                  WHERE b.desktop_id = t.desktop_id AND b.id < t.id
                  ORDER BY b.id DESC LIMIT 1), '') AS machine_before
  FROM taken t
 ORDER BY t.id

-- revoked_since: Agents that were cut off lately; older ones have no JWT any more.
SELECT public_key, revoked_at FROM agents_agent WHERE revoked_at > %(since)s

-- known_agents: What is to be known of some agents.
SELECT a.id, a.tenant_id AS tenant, a.public_key, a.machine, a.revoked_at IS NOT NULL AS is_revoked,
       d.source_id AS source, coalesce(d.native_id, '') AS native_id
  FROM agents_agent a
  LEFT JOIN inventory_desktop d ON d.id = a.desktop_id
 WHERE a.id = ANY(%(agents)s)

-- note_heartbeats: Signs of life; facts that were not repeated stay, an older sign changes nothing.
INSERT INTO agents_presence AS p (agent_id, seen_at, version, boot, is_doubled, told, sample)
SELECT r.agent, r.at, r.version, r.boot, r.is_doubled, coalesce(r.told, '{}'), r.sample
  FROM unnest(%(rows.agent)s::bigint[], %(rows.at)s::timestamptz[], %(rows.version)s::text[],
              %(rows.boot)s::text[], %(rows.is_doubled)s::boolean[], %(rows.told)s::jsonb[],
              %(rows.sample)s::jsonb[])
       AS r (agent, at, version, boot, is_doubled, told, sample)
  JOIN agents_agent a ON a.id = r.agent
 ORDER BY r.agent
ON CONFLICT (agent_id) DO UPDATE
   SET seen_at = excluded.seen_at, version = excluded.version, boot = excluded.boot,
       is_doubled = excluded.is_doubled,
       told = CASE WHEN excluded.told = '{}' THEN p.told ELSE excluded.told END,
       sample = CASE WHEN excluded.sample = '{}' THEN p.sample ELSE excluded.sample END
 WHERE p.seen_at <= excluded.seen_at

-- count_agents: How many agents are in which state, of some tenants.
SELECT count(*) FILTER (WHERE a.revoked_at IS NULL AND p.seen_at >= now() - INTERVAL '3 minutes'
                          AND NOT p.is_doubled) AS online,
       count(*) FILTER (WHERE a.revoked_at IS NULL) AS enrolled
  FROM agents_agent a
  LEFT JOIN agents_presence p ON p.agent_id = a.id
 WHERE a.tenant_id = ANY(%(tenants)s)
