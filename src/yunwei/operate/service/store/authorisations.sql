-- list_authorisations: Authorisations for a list, with how often each was used.
SELECT z.id, z.tenant_id, t.name AS tenant_name, z.contract_id AS contract,
       c.name AS contract_name, z.operations, z.desktops, z.hours, z.starts_at,
       z.ends_at, z.note, z.state, z.asked_by, z.asked_at, z.judged_by, z.judged_at, z.paper,
       z.judgement_note, z.revoked_by, z.revoked_at,
       (SELECT count(*) FROM service_askedact a
         WHERE a.authorisation_id = z.id AND a.is_allowed) AS uses
  FROM service_authorisation z
  JOIN service_contract c ON c.id = z.contract_id
  JOIN people_tenant t ON t.id = z.tenant_id

-- lock_authorisation: One authorisation among some tenants, locked.
SELECT id, tenant_id AS tenant, contract_id AS contract, state
  FROM service_authorisation
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_authorisation: The customer is asked to authorise something.
INSERT INTO service_authorisation (tenant_id, contract_id, operations, desktops, hours,
       starts_at, ends_at, note, state, asked_by, asked_at)
VALUES (%(tenant)s, %(contract)s, %(operations)s::jsonb, %(desktops)s, %(hours)s, %(starts_at)s,
       %(ends_at)s, %(note)s, 'asked', %(by)s, %(now)s)
RETURNING id

-- note_authorisation: It was granted or declined.
UPDATE service_authorisation
   SET state = %(state)s, judged_by = %(by)s, judged_at = %(now)s, paper = %(paper)s,
       judgement_note = %(note)s
 WHERE id = %(id)s

-- revoke_authorisation: It holds no more.
UPDATE service_authorisation
   SET state = 'revoked', revoked_by = %(by)s, revoked_at = %(now)s
 WHERE id = %(id)s

-- gate_contracts: The terms that were agreed with a tenant, of contracts that were ever agreed.
SELECT c.id, v.content AS terms, c.ended_at IS NOT NULL AS is_ended
  FROM service_contract c
  JOIN service_terms v ON v.contract_id = c.id AND v.state = 'agreed'
 WHERE c.tenant_id = %(tenant)s
 ORDER BY c.id

-- gate_authorisations: What a tenant was asked to authorise, and did, or did once.
SELECT z.id, z.tenant_id AS tenant, '' AS tenant_name, z.contract_id AS contract,
       '' AS contract_name, z.operations, z.desktops, z.hours, z.starts_at,
       z.ends_at, z.note, z.state, z.asked_by, z.asked_at, z.judged_by, z.judged_at, z.paper,
       z.judgement_note, z.revoked_by, z.revoked_at
  FROM service_authorisation z
 WHERE z.tenant_id = %(tenant)s AND z.state IN ('granted', 'revoked')
 ORDER BY z.id

-- add_act: An act that the gate was asked about, and what it said.
INSERT INTO service_askedact (tenant_id, at, by, operation, title, count, is_allowed, reason,
       outside, authorisation_id)
VALUES (%(tenant)s, %(now)s, %(by)s, %(operation)s, %(title)s, %(count)s, %(is_allowed)s,
       %(reason)s, %(outside)s::jsonb, %(authorisation)s)

-- find_refusal: The same refusal, written down a while ago.
SELECT id FROM service_askedact
 WHERE tenant_id = %(tenant)s AND at > %(since)s AND by = %(by)s AND operation = %(operation)s
   AND title = %(title)s AND reason = %(reason)s AND NOT is_allowed
 LIMIT 1

-- list_acts: Acts that the gate was asked about, for a list.
SELECT a.id, a.tenant_id, t.name AS tenant_name, a.at, a.by, a.operation, a.title, a.count,
       a.is_allowed, a.reason, a.outside, a.authorisation_id AS authorisation
  FROM service_askedact a
  JOIN people_tenant t ON t.id = a.tenant_id
