-- list_acceptances: Acceptances, without their data.
SELECT a.id, a.case_id AS case, s.tenant_id, a.number, a.language, a.state, a.data_sha256, a.seal,
       a.signed_seal, a.asked_by, a.asked_at, a.judged_by, a.judged_at, a.note
  FROM service_acceptance a
  JOIN service_case s ON s.id = a.case_id

-- acceptances_of: Those of a case, the newest first.
SELECT a.id, a.case_id AS case, s.tenant_id, a.number, a.language, a.state, a.data_sha256, a.seal,
       a.signed_seal, a.asked_by, a.asked_at, a.judged_by, a.judged_at, a.note
  FROM service_acceptance a
  JOIN service_case s ON s.id = a.case_id
 WHERE a.case_id = %(id)s
 ORDER BY a.number DESC

-- lock_acceptance: One acceptance, locked.
SELECT id FROM service_acceptance WHERE id = %(id)s FOR UPDATE

-- read_data: What an acceptance was made from.
SELECT data FROM service_acceptance WHERE id = %(id)s

-- add_acceptance: The customer is asked to accept.
INSERT INTO service_acceptance (case_id, number, language, state, data, data_sha256, seal, asked_by,
       asked_at)
VALUES (%(id)s, %(number)s, %(language)s, 'asked', %(content_text)s, %(data_sha256)s, %(seal)s,
       %(by)s, %(now)s)
RETURNING id

-- judge_acceptance: It was signed, refused or taken back.
UPDATE service_acceptance
   SET state = %(state)s, judged_by = %(by)s, judged_at = %(now)s, note = %(note)s,
       signed_seal = %(signed_seal)s
 WHERE id = %(id)s

-- files_of: The files of an acceptance, without their bytes.
SELECT id, kind, version, name, content_type, octet_length(data) AS size_bytes, sha256, at
  FROM service_acceptancefile
 WHERE acceptance_id = %(id)s
 ORDER BY version, id

-- read_files: The files of an acceptance with their bytes.
SELECT id, kind, version, name, content_type, data, sha256, at
  FROM service_acceptancefile
 WHERE acceptance_id = %(id)s
 ORDER BY version, id

-- add_file: A file of an acceptance.
INSERT INTO service_acceptancefile (acceptance_id, kind, version, name, content_type, data, sha256,
       at)
VALUES (%(id)s, %(kind)s, %(version)s, %(name)s, %(content_type)s, %(data)s, %(sha256)s, %(now)s)

-- signatures_of: Who signed an acceptance.
SELECT side, by, name, at, method, address, seal, remark, feedback, scan, digest
  FROM service_signature
 WHERE acceptance_id = %(id)s
 ORDER BY at, id

-- add_signature: A side signs.
INSERT INTO service_signature (acceptance_id, side, by, name, at, method, address, seal, remark,
       feedback, scan, digest)
VALUES (%(id)s, %(side)s, %(by)s, %(name)s, %(now)s, %(method)s, %(address)s, %(seal)s, %(remark)s,
       %(feedback)s, %(scan)s, %(digest_text)s)

-- tickets_until: All tickets of a contract that were opened until an instant.
SELECT id, terms, type, first_priority, title, reported_at
  FROM service_ticket
 WHERE contract_id = %(contract)s AND opened_at <= %(until)s
 ORDER BY id

-- entries_until: The logs of all tickets of a contract until an instant.
SELECT e.ticket_id AS ticket, e.id, e.at, e.by, e.side, e.kind, e.text, e.minutes, e.reason,
       e.priority, e.assignee_name
  FROM service_entry e
  JOIN service_ticket k ON k.id = e.ticket_id
 WHERE k.contract_id = %(contract)s AND k.opened_at <= %(until)s AND e.at <= %(until)s
 ORDER BY e.ticket_id, e.at, e.id

-- files_until: The documents of a case until an instant, with the bytes that are there now.
SELECT name, kind, data, by, at
  FROM service_casedocument
 WHERE case_id = %(id)s AND at <= %(until)s
 ORDER BY at, id

-- seal_is_audited: Whether a seal stands in the audit log as well.
SELECT EXISTS (SELECT 1 FROM people_auditentry
                WHERE object_kind = 'acceptance' AND object_id = %(object_id)s
                  AND after ->> 'seal' = %(seal)s) AS is_audited

-- provider_name: What the provider is called.
SELECT name FROM people_tenant WHERE is_provider

-- accept_contract: A contract is fulfilled; nothing when it ended before.
UPDATE service_contract
   SET ended_at = %(now)s, ended_by = %(by)s, end_note = %(note)s, is_accepted = true,
       changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(contract)s AND ended_at IS NULL
