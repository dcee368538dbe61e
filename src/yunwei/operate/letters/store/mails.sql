-- mailbox: Where mail is fetched.
SELECT address, host, port, security, "user", folder, trust, ca, is_enabled,
       length(secrets) > 0 AS has_password, looked_at, ok_at, error
  FROM letters_mailbox WHERE id = 1

-- mailbox_secrets: Its password, sealed.
SELECT secrets FROM letters_mailbox WHERE id = 1

-- save_mailbox: Mail is fetched there from now on.
INSERT INTO letters_mailbox (id, address, host, port, security, "user", folder, trust, ca, secrets,
       is_enabled, changed_by, changed_at)
VALUES (1, %(address)s, %(host)s, %(port)s, %(security)s, %(user_name)s, %(folder)s, %(trust)s,
       %(ca)s, %(secrets)s, %(is_enabled)s, %(by)s, %(now)s)
    ON CONFLICT (id) DO UPDATE
   SET address = excluded.address, host = excluded.host, port = excluded.port,
       security = excluded.security, "user" = excluded."user", folder = excluded.folder,
       trust = excluded.trust, ca = excluded.ca, secrets = excluded.secrets,
       is_enabled = excluded.is_enabled, changed_by = excluded.changed_by,
       changed_at = excluded.changed_at, error = ''

-- note_looked: Somebody looked, and what came of it.
UPDATE letters_mailbox
   SET looked_at = %(now)s, error = %(error)s,
       ok_at = CASE WHEN %(error)s = '' THEN %(now)s ELSE ok_at END
 WHERE id = 1

-- senders: The customers' people who are known by an address: who signs in, who speaks for a customer by
-- a contract, who uses a desktop.
SELECT u.tenant_id AS tenant, u.username AS name, u.id AS "user"
  FROM people_user u JOIN people_tenant t ON t.id = u.tenant_id
 WHERE lower(u.email) = %(address)s AND u.is_active AND t.is_active AND NOT t.is_provider
UNION ALL
SELECT c.tenant_id, p.name, NULL
  FROM service_interfaceperson p
  JOIN service_contract c ON c.id = p.contract_id
  JOIN people_tenant t ON t.id = c.tenant_id
 WHERE lower(p.email) = %(address)s AND p.side = 'customer' AND t.is_active
   AND p.from_at <= %(now)s AND (p.until_at IS NULL OR p.until_at > %(now)s)
UNION ALL
SELECT d.tenant_id, coalesce(nullif(d.name, ''), d.login), NULL
  FROM inventory_desktopuser d JOIN people_tenant t ON t.id = d.tenant_id
 WHERE lower(d.email) = %(address)s AND d.gone_at IS NULL AND NOT d.is_disabled AND t.is_active
 LIMIT 50

-- count_lately: How much came from an address since an instant.
SELECT count(*) AS count FROM letters_mail WHERE sender = %(address)s AND received_at > %(since)s

-- add_mail: A mail came; nothing when it was handled before.
INSERT INTO letters_mail (key, received_at, sender, sender_name, subject, text, state, why,
       tenant_id)
VALUES (%(key)s, %(now)s, %(address)s, %(name)s, %(subject)s, %(text)s, %(state)s, %(why)s,
       %(tenant)s)
    ON CONFLICT (key) DO NOTHING
RETURNING id

-- note_mail: What became of a mail.
UPDATE letters_mail
   SET state = %(state)s, why = %(why)s, tenant_id = coalesce(%(tenant)s, tenant_id),
       ticket_id = coalesce(%(ticket)s, ticket_id), by = %(by)s, decided_at = %(now)s
 WHERE id = %(id)s

-- lock_mail: One mail, locked.
SELECT state FROM letters_mail WHERE id = %(id)s FOR UPDATE

-- list_mails: The mails of a list, those of some tenants and of nobody.
SELECT m.id, m.received_at, m.sender, m.sender_name, m.subject, m.text, m.state, m.why,
       m.tenant_id AS tenant, coalesce(t.name, '') AS tenant_name, m.ticket_id AS ticket, m.by,
       m.decided_at, (SELECT count(*) FROM letters_mailfile f WHERE f.mail_id = m.id) AS files
  FROM letters_mail m
  LEFT JOIN people_tenant t ON t.id = m.tenant_id
 WHERE (m.tenant_id IS NULL OR m.tenant_id = ANY(%(tenants)s))
   AND (%(waits)s::boolean IS NULL OR (m.state IN ('unknown', 'unplaced')) = %(waits)s)
   AND (%(id)s::bigint IS NULL OR m.id = %(id)s)
 ORDER BY m.received_at DESC, m.id DESC
 LIMIT %(limit)s

-- mails: Mails for a list; those of nobody who is known are the provider's.
SELECT m.id, coalesce(m.tenant_id, (SELECT p.id FROM people_tenant p WHERE p.is_provider))
       AS tenant_id, m.received_at, m.sender, m.sender_name, m.subject, m.text, m.state, m.why,
       m.tenant_id AS tenant, coalesce(t.name, '') AS tenant_name, m.ticket_id AS ticket, m.by,
       m.decided_at, (SELECT count(*) FROM letters_mailfile f WHERE f.mail_id = m.id) AS files
  FROM letters_mail m
  LEFT JOIN people_tenant t ON t.id = m.tenant_id

-- add_mail_file: A file that came with a mail.
INSERT INTO letters_mailfile (mail_id, name, content_type, data, sha256)
VALUES (%(id)s, %(name)s, %(content_type)s, %(data)s, %(sha256)s)

-- files_of_ticket: The files that came with mails about a ticket.
SELECT f.id, f.name, f.content_type, octet_length(f.data) AS size_bytes, f.sha256,
       m.sender, m.received_at AS at
  FROM letters_mailfile f
  JOIN letters_mail m ON m.id = f.mail_id
 WHERE m.ticket_id = %(ticket)s
 ORDER BY f.id

-- read_mail_file: A file with its bytes, of a ticket.
SELECT f.name, f.content_type, f.data
  FROM letters_mailfile f
  JOIN letters_mail m ON m.id = f.mail_id
 WHERE f.id = %(id)s AND m.ticket_id = %(ticket)s

-- openers: By whose mail tickets were opened.
SELECT ticket_id AS ticket, sender
  FROM letters_mail
 WHERE ticket_id = ANY(%(ids)s) AND state IN ('opened', 'taken')
 ORDER BY id
