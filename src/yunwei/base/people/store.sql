-- viewer_of_user: Who a signed-in user is and which tenants there are; nothing when locked out.
SELECT u.id, u.username, u.display_name, u.role, u.tenant_id, u.language, u.theme, u.time_zone,
       u.desktop_login, t.is_provider,
       ARRAY(SELECT c.tenant_id FROM people_user_customers c WHERE c.user_id = u.id
             ORDER BY c.tenant_id) AS customers,
       ARRAY(SELECT every.id FROM people_tenant every ORDER BY every.id) AS everyone
  FROM people_user u
  JOIN people_tenant t ON t.id = u.tenant_id
 WHERE u.id = %(user)s AND u.is_active AND t.is_active;

-- user_by_name: The id of the user with this sign-in name, else this address, in any case.
SELECT id FROM people_user
 WHERE lower(username) = lower(%(username)s) OR (email <> '' AND lower(email) = lower(%(username)s))
 ORDER BY lower(username) = lower(%(username)s) DESC LIMIT 1;

-- tenant_ids: The ids of all tenants.
SELECT id FROM people_tenant ORDER BY id;

-- list_tenants: Tenants, each in its own right.
SELECT t.id, t.id AS tenant_id, t.slug, t.name, t.is_provider, t.is_active, t.time_zone,
       t.created_at
  FROM people_tenant t;

-- tenant_by_slug: One tenant by its slug.
SELECT id, slug, name, is_provider, is_active, time_zone, created_at
  FROM people_tenant WHERE slug = %(slug)s;

-- lock_tenant: One tenant, locked until the end of the transaction.
SELECT id, slug, name, is_provider, is_active, time_zone, created_at
  FROM people_tenant WHERE id = %(tenant)s FOR UPDATE;

-- provider: The one tenant that is the provider.
SELECT id, slug, name, is_provider, is_active, time_zone, created_at
  FROM people_tenant WHERE is_provider;

-- add_tenant: A new tenant; nothing when the slug is taken, or the provider is there already.
INSERT INTO people_tenant (slug, name, is_provider, is_active, time_zone)
VALUES (%(slug)s, %(name)s, %(is_provider)s, TRUE, %(time_zone)s)
ON CONFLICT DO NOTHING
RETURNING id, slug, name, is_provider, is_active, time_zone, created_at;

-- save_tenant: What may change of a tenant.
UPDATE people_tenant
   SET name = %(name)s, time_zone = %(time_zone)s, is_active = %(is_active)s
 WHERE id = %(id)s;

-- list_people: People with what a list of them shows; never the password.
SELECT u.id, u.tenant_id, u.tenant_id AS tenant, t.name AS tenant_name, u.username,
       u.display_name, u.email, u.phone, u.role, u.language, u.theme, u.time_zone,
       u.desktop_login, u.is_active, u.created_at, u.last_login AS last_login_at,
       EXISTS (SELECT FROM mfa_authenticator m
                WHERE m.user_id = u.id AND m.type = 'totp') AS has_totp,
       ARRAY(SELECT c.tenant_id FROM people_user_customers c WHERE c.user_id = u.id
             ORDER BY c.tenant_id) AS customers
  FROM people_user u
  JOIN people_tenant t ON t.id = u.tenant_id;

-- lock_user: Take a user's row for the rest of the transaction.
SELECT id FROM people_user WHERE id = %(user)s FOR UPDATE;

-- add_user: A new person; nothing when the name or the address is taken.
INSERT INTO people_user
       (username, password, display_name, email, phone, tenant_id, role, language, theme,
        time_zone, desktop_login, is_active)
VALUES (%(username)s, %(password)s, %(display_name)s, %(email)s, %(phone)s, %(tenant)s,
        %(role)s, %(language)s, 'auto', %(time_zone)s, %(desktop_login)s, TRUE)
ON CONFLICT DO NOTHING
RETURNING id;

-- email_taken: Somebody else with this address.
SELECT id FROM people_user
 WHERE lower(email) = lower(%(email)s) AND email <> '' AND id <> %(user)s;

-- save_user: What may change of a person.
UPDATE people_user
   SET display_name = %(display_name)s, email = %(email)s, phone = %(phone)s, role = %(role)s,
       language = %(language)s, theme = %(theme)s, time_zone = %(time_zone)s,
       desktop_login = %(desktop_login)s, is_active = %(is_active)s
 WHERE id = %(id)s;

-- clear_customers: A person is limited to no customer.
DELETE FROM people_user_customers WHERE user_id = %(user)s;

-- add_customers: A person is limited to these customers.
INSERT INTO people_user_customers (user_id, tenant_id)
SELECT %(user)s, unnest(%(tenants)s::bigint[]);

-- count_administrators: Other people who may administer the platform.
SELECT count(*) AS count
  FROM people_user u
  JOIN people_tenant t ON t.id = u.tenant_id
 WHERE u.role = 'platform_administrator' AND u.is_active AND t.is_active AND u.id <> %(user)s;

-- save_password: A new password hash; sessions made with the old one end by it.
UPDATE people_user SET password = %(password)s WHERE id = %(user)s;

-- drop_second_factors: Sign in with the password alone again.
DELETE FROM mfa_authenticator WHERE user_id = %(user)s;

-- list_tokens: API tokens without their secrets.
SELECT k.id, k.tenant_id, k.user_id, u.username, k.name, k.prefix, k.created_at, k.expires_at,
       k.last_used_at, k.revoked_at
  FROM people_apitoken k
  JOIN people_user u ON u.id = k.user_id;

-- add_token: A new token; the hash is all that is kept of its secret.
INSERT INTO people_apitoken (tenant_id, user_id, name, prefix, hash, created_at, expires_at)
SELECT u.tenant_id, u.id, %(name)s, %(prefix)s, %(hash)s, %(now)s, %(expires_at)s
  FROM people_user u WHERE u.id = %(user)s
RETURNING id;

-- token_by_hash: A token that is neither revoked nor expired.
SELECT id, user_id, last_used_at
  FROM people_apitoken
 WHERE hash = %(hash)s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(now)s);

-- note_token_use: When a token was last used; one write in five minutes is enough.
UPDATE people_apitoken SET last_used_at = %(now)s
 WHERE id = %(token)s
   AND (last_used_at IS NULL OR last_used_at < %(now)s - INTERVAL '5 minutes');

-- revoke_token: The token stops working; nothing when it has already.
UPDATE people_apitoken SET revoked_at = %(now)s
 WHERE id = %(token)s AND revoked_at IS NULL
RETURNING id;

-- list_audit: The audit log. What concerns no known tenant is the provider's to see.
SELECT a.id, a.at, a.tenant_id AS tenant, a.user_id, a.user_name, a.address, a.verb,
       a.object_kind, a.object_id, a.object_name, a.before, a.after, a.detail,
       coalesce(a.tenant_id, (SELECT p.id FROM people_tenant p WHERE p.is_provider)) AS tenant_id
  FROM people_auditentry a;

-- read_password: The hash of an active user's password.
SELECT password FROM people_user WHERE id = %(user)s AND is_active

-- count_audited: How often a user did something since an instant.
SELECT count(*) AS count FROM people_auditentry
 WHERE user_id = %(user)s AND verb = %(verb)s AND at > %(since)s

-- add_audit: One more line; there is no statement to change or remove one, and a trigger sees to it.
INSERT INTO people_auditentry
       (tenant_id, user_id, user_name, address, verb, object_kind, object_id, object_name,
        before, after, detail)
VALUES (%(tenant)s, %(user)s, %(user_name)s, %(address)s, %(verb)s, %(object_kind)s,
        %(object_id)s, %(object_name)s, %(before)s::jsonb, %(after)s::jsonb, %(detail)s)
RETURNING id;

-- contacts_of: A person's addresses besides their e-mail, in the order in which they prefer them.
SELECT id, user_id AS "user", kind, address, position, nullif(vouched, '') AS vouched, vouched_at,
       code_sent_at
  FROM people_contactmethod WHERE user_id = %(user)s ORDER BY position, id;

-- contact_by_id: One address of a person, locked.
SELECT id, user_id AS "user", kind, address, position, nullif(vouched, '') AS vouched, vouched_at,
       code_sent_at
  FROM people_contactmethod WHERE id = %(id)s AND user_id = %(user)s FOR UPDATE;

-- code_of_contact: The code that was sent to an address last.
SELECT code_digest AS digest, code_sent_at AS sent_at, code_tries AS tries, codes_sent AS sent
  FROM people_contactmethod WHERE id = %(id)s AND code_sent_at IS NOT NULL;

-- add_contact: A new address, the last one; nothing when the person has it already.
INSERT INTO people_contactmethod (user_id, kind, address, position, vouched, vouched_at)
SELECT %(user)s, %(kind)s, %(address)s, coalesce(max(position), 0) + 1, %(vouched)s, %(vouched_at)s
  FROM people_contactmethod WHERE user_id = %(user)s
ON CONFLICT DO NOTHING
RETURNING id;

-- remove_contact: An address is the person's no more.
DELETE FROM people_contactmethod WHERE id = %(id)s;

-- place_contacts: Gives a person's addresses their order.
UPDATE people_contactmethod c SET position = wanted.position
  FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, position)
 WHERE c.id = wanted.id AND c.user_id = %(user)s;

-- save_code: A code is on its way to an address.
UPDATE people_contactmethod
   SET code_digest = %(digest)s, code_sent_at = %(now)s, code_tries = 0, codes_sent = %(sent)s
 WHERE id = %(id)s;

-- miss_code: Somebody typed a wrong code.
UPDATE people_contactmethod SET code_tries = code_tries + 1 WHERE id = %(id)s;

-- vouch_contact: The address is the person's.
UPDATE people_contactmethod
   SET vouched = %(vouched)s, vouched_at = %(now)s, code_digest = ''::bytea, code_tries = 0
 WHERE id = %(id)s;

-- quiet_hours_of: When a person is not to be disturbed.
SELECT starts_minute, ends_minute, time_zone, lets_critical
  FROM people_quiethours WHERE user_id = %(user)s;

-- save_quiet_hours: When a person is not to be disturbed from now on.
INSERT INTO people_quiethours (user_id, starts_minute, ends_minute, time_zone, lets_critical)
VALUES (%(user)s, %(starts_minute)s, %(ends_minute)s, %(time_zone)s, %(lets_critical)s)
ON CONFLICT (user_id) DO UPDATE
   SET starts_minute = excluded.starts_minute, ends_minute = excluded.ends_minute,
       time_zone = excluded.time_zone, lets_critical = excluded.lets_critical;

-- drop_quiet_hours: A person may be disturbed at any hour.
DELETE FROM people_quiethours WHERE user_id = %(user)s;

-- usable_addresses: The addresses that may be written to, of everybody, the preferred first.
SELECT user_id AS "user", kind, address FROM people_contactmethod
 WHERE vouched <> '' ORDER BY user_id, position, id;

-- all_quiet_hours: When people are not to be disturbed.
SELECT user_id AS "user", starts_minute, ends_minute, time_zone, lets_critical
  FROM people_quiethours;
