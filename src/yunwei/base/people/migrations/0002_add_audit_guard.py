"""Makes the audit log append-only in the database itself, and the cache table for rate limits."""

from django.db import migrations

GUARD = """
CREATE FUNCTION people_refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER people_audit_no_row_change BEFORE UPDATE OR DELETE ON people_auditentry
    FOR EACH ROW EXECUTE FUNCTION people_refuse_audit_change();
CREATE TRIGGER people_audit_no_truncate BEFORE TRUNCATE ON people_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_audit_change();
"""
NO_GUARD = """
DROP TRIGGER people_audit_no_truncate ON people_auditentry;
DROP TRIGGER people_audit_no_row_change ON people_auditentry;
DROP FUNCTION people_refuse_audit_change();
"""
CACHE = """
CREATE TABLE people_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX people_cache_expires ON people_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_create_people")]

    operations = [
        migrations.RunSQL(GUARD, NO_GUARD),
        migrations.RunSQL(CACHE, "DROP TABLE people_cache"),
    ]
