-- use_link: Notes that a link was used; nothing when it was used before.
INSERT INTO notify_linkuse (nonce, alarm_id, user_id, used_at)
VALUES (%(nonce)s, %(alarm)s, %(user)s, %(now)s)
ON CONFLICT (nonce) DO NOTHING
RETURNING used_at

-- link_use: When a link was used.
SELECT used_at FROM notify_linkuse WHERE nonce = %(nonce)s
