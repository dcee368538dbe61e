-- feed_of: The address in use of somebody's calendar.
SELECT id, user_id AS user, made_at, last_used_at
  FROM duty_feed
 WHERE user_id = %(user)s AND revoked_at IS NULL
 ORDER BY id DESC LIMIT 1

-- revoke_feeds: No earlier address of somebody's calendar works any more.
UPDATE duty_feed SET revoked_at = %(now)s
 WHERE user_id = %(user)s AND revoked_at IS NULL
RETURNING id

-- add_feed: A new address; the hash is all that is kept of its secret.
INSERT INTO duty_feed (user_id, hash, made_at) VALUES (%(user)s, %(hash)s, %(now)s)
RETURNING id

-- feed_by_hash: Whose address this is; nothing when it was revoked, or they may not sign in.
SELECT f.id, f.user_id AS user, f.last_used_at
  FROM duty_feed f
  JOIN people_user u ON u.id = f.user_id
  JOIN people_tenant t ON t.id = u.tenant_id
 WHERE f.hash = %(hash)s AND f.revoked_at IS NULL AND u.is_active AND t.is_active

-- note_feed_use: When an address was last used; one write in an hour is enough.
UPDATE duty_feed SET last_used_at = %(now)s
 WHERE id = %(id)s
   AND (last_used_at IS NULL OR last_used_at < %(now)s - INTERVAL '1 hour')
