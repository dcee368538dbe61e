-- current_relations: Every line of the table of relations, of all tenants.
SELECT id, tenant_id AS tenant, relation, parent_kind, parent, child_kind, child, redundancy
  FROM governance_relation
 ORDER BY id

-- list_relations: Lines of the table of relations for a list.
SELECT id, tenant_id, relation, parent_kind, parent, child_kind, child, redundancy
  FROM governance_relation

-- relations_of: The lines of one tenant.
SELECT id, tenant_id AS tenant, relation, parent_kind, parent, child_kind, child, redundancy
  FROM governance_relation
 WHERE tenant_id = %(tenant)s
 ORDER BY id

-- lock_relation: One line among some tenants, locked.
SELECT id, tenant_id AS tenant, relation, parent_kind, parent, child_kind, child, redundancy
  FROM governance_relation
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- count_relations: How many lines a tenant has.
SELECT count(*) AS count FROM governance_relation WHERE tenant_id = %(tenant)s

-- add_relation: A new line; nothing when it is written already.
INSERT INTO governance_relation (
       tenant_id, relation, parent_kind, parent, child_kind, child, redundancy)
VALUES (%(tenant)s, %(relation)s, %(parent_kind)s, %(parent)s, %(child_kind)s, %(child)s,
        %(redundancy)s)
ON CONFLICT DO NOTHING
RETURNING id

-- change_relation: A line says something else, unless another says it already.
UPDATE governance_relation g
   SET relation = %(relation)s, parent_kind = %(parent_kind)s, parent = %(parent)s,
       child_kind = %(child_kind)s, child = %(child)s, redundancy = %(redundancy)s
 WHERE g.id = %(id)s
   AND NOT EXISTS (SELECT FROM governance_relation o
                    WHERE o.tenant_id = g.tenant_id AND o.id <> g.id
                      AND (o.relation, o.parent_kind, o.parent, o.child_kind, o.child) =
                          (%(relation)s, %(parent_kind)s, %(parent)s, %(child_kind)s, %(child)s))
RETURNING g.id

-- remove_relation: A line is no more.
DELETE FROM governance_relation WHERE id = %(id)s

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
       sum(hashtext(concat_ws(chr(1), relation, parent_kind, parent, child_kind, child,
                              redundancy))::bigint) AS said
  FROM governance_relation
