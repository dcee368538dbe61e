-- current_relations: Every line of the table of relations, of all tenants.
SELECT id, tenant_id AS tenant, relation, parent_kind, parent, child_kind, child, redundancy
  FROM governance_relation
 ORDER BY id

-- list_relations: Lines of the table of relations for a list.
SELECT id, tenant_id, relation, parent_kind, parent, child_kind, child, redundancy
  FROM governance_relation

-- drop_relations: Forgets the lines of a tenant.
DELETE FROM governance_relation WHERE tenant_id = %(tenant)s

-- add_relations: Writes lines of the table of relations; one that is there takes its redundancy.
INSERT INTO governance_relation AS g (
       tenant_id, relation, parent_kind, parent, child_kind, child, redundancy)
SELECT %(tenant)s, r.relation, r.parent_kind, r.parent, r.child_kind, r.child, r.redundancy
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       relation text, parent_kind text, parent text, child_kind text, child text, redundancy text)
ON CONFLICT (tenant_id, relation, parent_kind, parent, child_kind, child) DO UPDATE SET
       redundancy = excluded.redundancy

-- relations_signature: Changes whenever a line does.
SELECT count(*) AS count, max(id) AS last,
       sum(hashtext(redundancy)::bigint) AS redundancies
  FROM governance_relation
