-- list_scripts: Scripts for a list, with the state of the newest version of each.
SELECT s.id, s.tenant_id, t.name AS tenant_name, t.is_provider, s.name, s.language,
       s.description_zh, s.description_en, s.folder, s.tags, s.is_shared, s.revision, s.latest,
       s.changed_at, s.changed_by, v.state, coalesce(a.is_dangerous, v.is_dangerous) AS is_dangerous,
       a.number AS approved
  FROM scripts_script s
  JOIN people_tenant t ON t.id = s.tenant_id
  JOIN scripts_version v ON v.script_id = s.id AND v.number = s.latest
  LEFT JOIN LATERAL (SELECT number, is_dangerous FROM scripts_version
                      WHERE script_id = s.id AND state = 'approved'
                      ORDER BY number DESC LIMIT 1) a ON TRUE

-- folders_of: The folders and tags in use among some tenants, and those that are shared.
SELECT DISTINCT folder FROM scripts_script
 WHERE (tenant_id = ANY(%(tenants)s) OR is_shared) AND folder <> '' ORDER BY folder

-- lock_script: One script among some tenants, locked.
SELECT id, tenant_id AS tenant, name, language, description_zh, description_en, folder, tags,
       is_shared, revision, latest, changed_at, changed_by
  FROM scripts_script
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_script: A new script; nothing when its tenant has one of the name.
INSERT INTO scripts_script (tenant_id, slug, name, language, description_zh, description_en, folder,
       tags, is_shared, revision, latest, changed_at, changed_by)
VALUES (%(tenant)s, %(slug)s, %(name)s, %(language)s, %(description_zh)s, %(description_en)s,
       %(folder)s, %(tags)s::jsonb, %(is_shared)s, 1, 1, %(changed_at)s, %(changed_by)s)
ON CONFLICT DO NOTHING
RETURNING id

-- change_script: What a script is called and is for from now on.
UPDATE scripts_script
   SET name = %(name)s, description_zh = %(description_zh)s, description_en = %(description_en)s,
       folder = %(folder)s, tags = %(tags)s::jsonb, is_shared = %(is_shared)s,
       revision = %(revision)s, latest = %(latest)s, changed_at = %(changed_at)s,
       changed_by = %(changed_by)s
 WHERE id = %(id)s

-- name_is_taken: Whether another script of a tenant has a name.
SELECT EXISTS (SELECT 1 FROM scripts_script
                WHERE name = %(name)s AND id <> %(but)s AND tenant_id = %(tenant)s) AS is_taken

-- remove_versions: Nothing that a script said is kept.
DELETE FROM scripts_version WHERE script_id = %(id)s

-- remove_script: A script is no more.
DELETE FROM scripts_script WHERE id = %(id)s

-- versions_of: All versions of a script, the newest first.
SELECT script_id AS script, number, content, sha256, state, findings, by, at, asked_by, asked_at,
       judged_by, judged_at, judgement_note, retired_by, retired_at
  FROM scripts_version
 WHERE script_id = %(id)s
 ORDER BY number DESC

-- add_version: What a script says at a version.
INSERT INTO scripts_version (script_id, number, content, sha256, state, findings, is_dangerous, by,
       at)
VALUES (%(id)s, %(number)s, %(content)s::jsonb, %(sha256)s, %(state)s, %(findings)s::jsonb,
       %(is_dangerous)s, %(by)s, %(at)s)

-- note_asked: A version waits for another person.
UPDATE scripts_version SET state = 'review', asked_by = %(by)s, asked_at = %(at)s
 WHERE script_id = %(id)s AND number = %(number)s

-- note_judged: Another person approved a version, or did not.
UPDATE scripts_version
   SET state = %(state)s, judged_by = %(by)s, judged_at = %(at)s, judgement_note = %(note)s
 WHERE script_id = %(id)s AND number = %(number)s

-- note_retired: A version may run no more.
UPDATE scripts_version SET state = 'retired', retired_by = %(by)s, retired_at = %(at)s
 WHERE script_id = %(id)s AND number = %(number)s

-- slugs_of: Which scripts that came with the platform a tenant has.
SELECT slug FROM scripts_script WHERE tenant_id = %(tenant)s AND slug <> ''

-- ready_by_slug: Scripts that came with the platform and may run, their own tenant's first.
SELECT s.slug, s.id, s.name, s.language
  FROM scripts_script s
 WHERE s.slug = ANY(%(slugs)s) AND (s.tenant_id = ANY(%(tenants)s) OR s.is_shared)
   AND EXISTS (SELECT FROM scripts_version WHERE script_id = s.id AND state = 'approved')
 ORDER BY s.is_shared, s.id

-- provider: The tenant whose scripts can be shared.
SELECT id FROM people_tenant WHERE is_provider
