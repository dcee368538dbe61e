-- offered: The release that agents are offered, without its bytes.
SELECT id, version, digest, size_bytes, share, offered_at, offered_by
  FROM agents_release
 WHERE withdrawn_at IS NULL
 ORDER BY id DESC
 LIMIT 1

-- release_data: The bytes of a release.
SELECT data FROM agents_release WHERE id = %(id)s

-- add_release: A release that is offered from now on; those before it are not any more.
WITH withdrawn AS (
    UPDATE agents_release SET withdrawn_at = %(now)s WHERE withdrawn_at IS NULL)
INSERT INTO agents_release (version, digest, size_bytes, data, share, offered_at, offered_by)
VALUES (%(version)s, %(digest)s, %(size_bytes)s, %(data)s, %(share)s, %(now)s, %(by)s)
RETURNING id

-- withdraw_releases: Nothing is offered any more.
UPDATE agents_release SET withdrawn_at = %(now)s WHERE withdrawn_at IS NULL
RETURNING id

-- places_of_agents: Whose some agents are and on which desktop, if that is known.
SELECT id AS agent, tenant_id AS tenant, name, desktop_id AS desktop
  FROM agents_agent
 WHERE id = ANY(%(agents)s) AND revoked_at IS NULL
 ORDER BY id

-- count_running: How many agents of some tenants run a version.
SELECT count(*) AS running
  FROM agents_agent a
  JOIN agents_presence p ON p.agent_id = a.id
 WHERE a.tenant_id = ANY(%(tenants)s) AND a.revoked_at IS NULL AND p.version = %(version)s
