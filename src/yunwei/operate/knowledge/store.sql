-- published_stamps: Which versions are published, to see what an index lacks.
SELECT id, published, is_for_all FROM knowledge_ownarticle WHERE state = 'published'

-- published_articles: What published articles say.
SELECT a.id, a.tenant_id, a.is_for_all, v.content
  FROM knowledge_ownarticle a
  JOIN knowledge_version v ON v.article_id = a.id AND v.number = a.published
 WHERE a.id = ANY(%(ids)s)

-- list_articles: A team's articles as they were written last.
SELECT a.id, a.tenant_id, t.name AS tenant_name, a.is_for_all, a.state, a.latest, a.published,
       v.content, v.by, v.at AS changed_at, f.helped, f.not_helped,
       concat_ws(' ', v.content #>> '{texts,zh,title}', v.content #>> '{texts,en,title}') AS title,
       v.content ->> 'topic' AS topic, v.content ->> 'audience' AS audience
  FROM knowledge_ownarticle a
  JOIN people_tenant t ON t.id = a.tenant_id
  JOIN knowledge_version v ON v.article_id = a.id AND v.number = a.latest
  LEFT JOIN LATERAL (
       SELECT count(*) FILTER (WHERE has_helped) AS helped,
              count(*) FILTER (WHERE NOT has_helped) AS not_helped
         FROM knowledge_feedback WHERE article = 'own-' || a.id) f ON true

-- list_versions: What an article said, the latest first.
SELECT number, content, by, at FROM knowledge_version
 WHERE article_id = %(id)s ORDER BY number DESC

-- versions_of: What some articles said, each from its first version on.
SELECT article_id AS id, content FROM knowledge_version
 WHERE article_id = ANY(%(ids)s) ORDER BY article_id, number

-- latest_contents: What a tenant's articles say by their latest versions.
SELECT v.content
  FROM knowledge_ownarticle a
  JOIN knowledge_version v ON v.article_id = a.id AND v.number = a.latest
 WHERE a.tenant_id = %(tenant)s

-- add_article: A new draft.
INSERT INTO knowledge_ownarticle (tenant_id, is_for_all, state, latest)
VALUES (%(tenant)s, %(is_for_all)s, 'draft', 1)
RETURNING id

-- add_version: What an article says from now on, once it is published.
INSERT INTO knowledge_version (article_id, number, content, by, at)
VALUES (%(id)s, %(number)s, %(content)s::jsonb, %(by)s, %(now)s)

-- lock_article: One article, so that nobody else changes it meanwhile.
SELECT latest FROM knowledge_ownarticle WHERE id = %(id)s FOR UPDATE

-- note_latest: The number of an article's latest version.
UPDATE knowledge_ownarticle SET latest = %(number)s, is_for_all = %(is_for_all)s WHERE id = %(id)s

-- publish: The latest version is what readers see.
UPDATE knowledge_ownarticle SET state = 'published', published = latest WHERE id = %(id)s

-- retire: An article that nobody is to find any more.
UPDATE knowledge_ownarticle SET state = 'retired' WHERE id = %(id)s

-- give_feedback: Whether an article helped somebody; what they said before is replaced.
INSERT INTO knowledge_feedback (tenant_id, user_id, article, has_helped, at)
VALUES (%(tenant)s, %(user)s, %(key)s, %(has_helped)s, %(now)s)
ON CONFLICT (article, user_id) DO UPDATE SET has_helped = EXCLUDED.has_helped, at = EXCLUDED.at

-- count_feedback: How many people an article helped, and what one of them said.
SELECT count(*) FILTER (WHERE has_helped) AS helped,
       count(*) FILTER (WHERE NOT has_helped) AS not_helped,
       bool_or(has_helped) FILTER (WHERE user_id = %(user)s) AS mine
  FROM knowledge_feedback
 WHERE article = %(key)s AND (tenant_id = ANY(%(tenants)s) OR user_id = %(user)s)

-- note_missing: A question that no article answers; a tenant has so many, no more.
INSERT INTO knowledge_missingquestion (tenant_id, question, times, first_at, last_at)
SELECT %(tenant)s, %(question)s, 1, %(now)s, %(now)s
 WHERE (SELECT count(*) FROM knowledge_missingquestion WHERE tenant_id = %(tenant)s) < %(most)s
    OR EXISTS (SELECT FROM knowledge_missingquestion
                WHERE tenant_id = %(tenant)s AND question = %(question)s)
ON CONFLICT (tenant_id, question) DO UPDATE
   SET times = knowledge_missingquestion.times + 1, last_at = EXCLUDED.last_at, closed_at = NULL

-- list_missing: Questions that no article answers.
SELECT m.id, m.tenant_id, t.name AS tenant_name, m.question, m.times, m.first_at, m.last_at
  FROM knowledge_missingquestion m
  JOIN people_tenant t ON t.id = m.tenant_id
 WHERE m.closed_at IS NULL

-- close_missing: A question for which there is an article by now, or none is wanted.
UPDATE knowledge_missingquestion SET closed_at = %(now)s
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND closed_at IS NULL
RETURNING id
