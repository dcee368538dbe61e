-- list_contracts: Contracts for a list, with the state of the newest terms and what is agreed.
SELECT c.id, c.tenant_id, t.name AS tenant_name, c.number, c.name, c.latest,
       v.state AS latest_state, a.number AS agreed,
       (coalesce(a.content, v.content) ->> 'starts_on')::date AS starts_on,
       (coalesce(a.content, v.content) ->> 'ends_on')::date AS ends_on,
       coalesce(a.content, v.content) ->> 'time_zone' AS time_zone,
       c.ended_at, c.ended_by, c.end_note, c.is_accepted, c.changed_at, c.changed_by,
       EXISTS (SELECT 1 FROM service_terms s
                WHERE s.contract_id = c.id AND s.state <> 'draft') AS is_said
  FROM service_contract c
  JOIN people_tenant t ON t.id = c.tenant_id
  JOIN service_terms v ON v.contract_id = c.id AND v.number = c.latest
  LEFT JOIN service_terms a ON a.contract_id = c.id AND a.state = 'agreed'

-- lock_contract: One contract among some tenants, locked.
SELECT id, tenant_id AS tenant, number, name, latest, ended_at
  FROM service_contract
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_contract: A new contract; nothing when its tenant has one of the number.
INSERT INTO service_contract (tenant_id, number, name, latest, changed_at, changed_by)
VALUES (%(tenant)s, %(contract_number)s, %(name)s, 1, %(now)s, %(by)s)
ON CONFLICT DO NOTHING
RETURNING id

-- number_is_taken: Whether another contract of the tenant has a number.
SELECT EXISTS (SELECT 1 FROM service_contract
                WHERE number = %(contract_number)s AND id <> %(id)s AND tenant_id = %(tenant)s) AS is_taken

-- change_contract: What a contract is called, and which of its terms are the newest.
UPDATE service_contract
   SET number = %(contract_number)s, name = %(name)s, latest = %(latest)s, changed_at = %(now)s,
       changed_by = %(by)s
 WHERE id = %(id)s

-- touch_contract: Something of a contract changed.
UPDATE service_contract SET changed_at = %(now)s, changed_by = %(by)s WHERE id = %(id)s

-- end_contract: A contract holds no more; nothing when it was ended before.
UPDATE service_contract
   SET ended_at = %(now)s, ended_by = %(by)s, end_note = %(note)s, changed_at = %(now)s,
       changed_by = %(by)s
 WHERE id = %(id)s AND ended_at IS NULL
RETURNING id

-- terms_of: All versions of a contract's terms, the newest first.
SELECT contract_id AS contract, number, content AS terms, sha256, state, by, at, offered_by,
       offered_at, judged_by, judged_at, paper, note
  FROM service_terms
 WHERE contract_id = %(id)s
 ORDER BY number DESC

-- add_terms: What a contract says at a version.
INSERT INTO service_terms (contract_id, number, content, sha256, state, by, at)
VALUES (%(id)s, %(number)s, %(content)s::jsonb, %(sha256)s, 'draft', %(by)s, %(now)s)

-- change_terms: A draft says something else.
UPDATE service_terms
   SET content = %(content)s::jsonb, sha256 = %(sha256)s, by = %(by)s, at = %(now)s
 WHERE contract_id = %(id)s AND number = %(number)s AND state = 'draft'

-- note_offered: The customer is asked.
UPDATE service_terms SET state = 'offered', offered_by = %(by)s, offered_at = %(now)s
 WHERE contract_id = %(id)s AND number = %(number)s

-- replace_agreed: What was agreed before is so no more.
UPDATE service_terms SET state = 'replaced' WHERE contract_id = %(id)s AND state = 'agreed'

-- note_judged: The customer agreed, or did not.
UPDATE service_terms
   SET state = %(state)s, judged_by = %(by)s, judged_at = %(now)s, paper = %(paper)s,
       note = %(note)s
 WHERE contract_id = %(id)s AND number = %(number)s

-- people_of: Who speaks, spoke or will speak for the sides of a contract.
SELECT id, contract_id AS contract, side, name, phone, email, user_id AS user, is_deputy, from_at,
       until_at, announced_at, announced_by, notice_until, late_reason, seen_by, seen_at
  FROM service_interfaceperson
 WHERE contract_id = %(id)s
 ORDER BY side DESC, is_deputy, from_at, id

-- add_person: Somebody is to speak for a side.
INSERT INTO service_interfaceperson (contract_id, side, name, phone, email, user_id, is_deputy,
       from_at, announced_at, announced_by, notice_until, late_reason)
VALUES (%(id)s, %(side)s, %(name)s, %(phone)s, %(email)s, %(user)s, %(is_deputy)s, %(from_at)s,
       %(now)s, %(by)s, %(notice_until)s, %(late_reason)s)
RETURNING id

-- end_person: Somebody speaks for a side no longer than this.
UPDATE service_interfaceperson SET until_at = %(until_at)s
 WHERE id = %(person)s AND contract_id = %(id)s AND (until_at IS NULL OR until_at > %(until_at)s)
RETURNING id

-- note_seen: The customer says that they know of a change of staff.
UPDATE service_interfaceperson SET seen_by = %(by)s, seen_at = %(now)s
 WHERE id = %(person)s AND contract_id = %(id)s AND seen_at IS NULL
RETURNING id
