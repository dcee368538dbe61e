-- list_visits: Visits for a list.
SELECT v.id, v.tenant_id, t.name AS tenant_name, v.ticket_id AS ticket, k.title AS ticket_title,
       v.contract_id AS contract, c.name AS contract_name,
       coalesce(m.content ->> 'time_zone', 'UTC') AS time_zone, v.state, v.version, v.starts_at,
       v.ends_at, v.first_on, v.days, v.engineer_id AS engineer, v.engineer_name, v.address,
       v.contact, v.bring, v.note, v.planned_at, v.planned_by, v.arrived_at, v.arrived_by,
       v.latitude, v.longitude, v.accuracy_m, v.result, v.minutes, v.done_at, v.done_by,
       v.cancelled_at, v.cancelled_by, v.cancel_note
  FROM service_visit v
  JOIN people_tenant t ON t.id = v.tenant_id
  JOIN service_ticket k ON k.id = v.ticket_id
  JOIN service_contract c ON c.id = v.contract_id
  LEFT JOIN service_terms m ON m.contract_id = k.contract_id AND m.number = k.terms

-- lock_visit: One visit among some tenants, locked.
SELECT id FROM service_visit WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) FOR UPDATE

-- add_visit: Somebody is to go to a customer.
INSERT INTO service_visit (tenant_id, ticket_id, contract_id, starts_at, ends_at, first_on, days,
       engineer_id, engineer_name, address, contact, bring, note, planned_at, planned_by)
VALUES (%(tenant)s, %(about)s, %(contract)s, %(starts_at)s, %(ends_at)s, %(first_on)s, %(days)s,
       %(engineer)s, %(engineer_name)s, %(address)s, %(contact)s, %(bring)s, %(note)s, %(now)s,
       %(by)s)
RETURNING id

-- change_visit: A visit that nobody began is planned otherwise, unless somebody did so meanwhile.
UPDATE service_visit
   SET starts_at = %(starts_at)s, ends_at = %(ends_at)s, first_on = %(first_on)s, days = %(days)s,
       engineer_id = %(engineer)s, engineer_name = %(engineer_name)s, address = %(address)s,
       contact = %(contact)s, bring = %(bring)s, note = %(note)s, version = version + 1
 WHERE id = %(id)s AND version = %(version)s AND state = 'planned'
RETURNING id

-- note_arrived: The engineer is on site.
UPDATE service_visit
   SET state = 'arrived', arrived_at = %(now)s, arrived_by = %(by)s, latitude = %(latitude)s,
       longitude = %(longitude)s, accuracy_m = %(accuracy_m)s
 WHERE id = %(id)s

-- note_done: What came of a visit.
UPDATE service_visit
   SET state = 'done', result = %(result)s, minutes = %(minutes)s, done_at = %(now)s,
       done_by = %(by)s
 WHERE id = %(id)s

-- note_signed: The customer has signed.
UPDATE service_visit SET state = 'signed' WHERE id = %(id)s

-- note_cancelled: Nobody comes.
UPDATE service_visit
   SET state = 'cancelled', cancelled_at = %(now)s, cancelled_by = %(by)s, cancel_note = %(note)s
 WHERE id = %(id)s

-- add_visit_file: A file that shows what came of a visit.
INSERT INTO service_visitfile (visit_id, name, content_type, data, sha256, by, at)
VALUES (%(id)s, %(name)s, %(content_type)s, %(data)s, %(sha256)s, %(by)s, %(now)s)
RETURNING id

-- visit_files: The files of a visit, without their bytes.
SELECT id, name, content_type, octet_length(data) AS size_bytes, sha256, by, at
  FROM service_visitfile
 WHERE visit_id = %(id)s
 ORDER BY id

-- read_visit_file: The bytes of one file.
SELECT name, content_type, data FROM service_visitfile
 WHERE id = %(file)s AND visit_id = %(id)s

-- add_visit_signature: A customer's name under a visit.
INSERT INTO service_visitsignature (visit_id, name, role, remark, method, at, by, address,
       content_type, image, image_sha256, seal, digest)
VALUES (%(id)s, %(name)s, %(role)s, %(remark)s, %(method)s, %(now)s, %(by)s, %(address)s,
       %(content_type)s, %(data)s, %(sha256)s, %(seal)s, %(digest)s)

-- visit_signature: The signature under a visit.
SELECT name, role, remark, method, at, by, address, content_type, image, image_sha256, seal, digest
  FROM service_visitsignature
 WHERE visit_id = %(id)s

-- days_used: How many days on site of a contract are used or planned in a time: those of its
-- visits, and one for each ticket for work on site that has no visit.
SELECT (SELECT count(*) FROM service_ticket k
         WHERE k.contract_id = %(contract)s AND k.type = 'on_site' AND k.state NOT IN ('cancelled', 'merged')
           AND k.reported_at >= %(since_on)s AND k.reported_at < %(until_on)s
           AND NOT EXISTS (SELECT 1 FROM service_visit v
                            WHERE v.ticket_id = k.id AND v.state <> 'cancelled'))
       + (SELECT coalesce(sum(v.days), 0) FROM service_visit v
           WHERE v.contract_id = %(contract)s AND v.state <> 'cancelled'
             AND v.first_on >= %(since_on)s AND v.first_on < %(until_on)s) AS used
