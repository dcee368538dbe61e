-- list_channels: Channels for a list.
SELECT id, tenant_id, kind, name, settings, secrets_set, language, limits,
       fallback_id AS fallback, is_enabled, changed_at
  FROM notify_channel
 WHERE removed_at IS NULL

-- current_channels: Every channel that is in use, of all tenants.
SELECT id, tenant_id AS tenant, kind, name, settings, secrets_set, language, limits,
       fallback_id AS fallback, is_enabled, changed_at
  FROM notify_channel
 WHERE removed_at IS NULL

-- lock_channel: One channel among some tenants, locked.
SELECT id, tenant_id AS tenant, kind, name, settings, secrets_set, language, limits,
       fallback_id AS fallback, is_enabled, changed_at
  FROM notify_channel
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- channel_access: What a worker needs to send by a channel, sealed secrets included.
SELECT id, tenant_id AS tenant, kind, name, settings, secrets, limits, fallback_id AS fallback,
       is_enabled, changed_at
  FROM notify_channel
 WHERE id = %(id)s AND removed_at IS NULL

-- add_channel: A new channel.
INSERT INTO notify_channel (
       tenant_id, kind, name, settings, secrets, secrets_set, language, limits, fallback_id,
       is_enabled, changed_at)
VALUES (%(tenant)s, %(kind)s, %(name)s, %(settings)s::jsonb, %(secrets)s,
        %(secrets_set)s::jsonb, %(language)s, %(limits)s, %(fallback)s,
        %(is_enabled)s, %(changed_at)s)
RETURNING id

-- change_channel: A channel's new settings.
UPDATE notify_channel SET
       name = %(name)s, settings = %(settings)s::jsonb, secrets = %(secrets)s,
       secrets_set = %(secrets_set)s::jsonb, language = %(language)s, limits = %(limits)s,
       fallback_id = %(fallback)s,
       is_enabled = %(is_enabled)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_channel: Takes a channel out of use; its messages stay.
UPDATE notify_channel SET removed_at = %(at)s, is_enabled = false, changed_at = %(at)s
 WHERE id = %(id)s
