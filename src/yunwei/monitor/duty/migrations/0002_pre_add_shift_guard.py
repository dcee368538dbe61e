"""Makes the record of who was on duty append-only in the database itself: a row may be closed
once, and nothing else."""

from django.db import migrations

GUARD = """
CREATE FUNCTION duty_refuse_shift_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ends_at IS NULL AND NEW.ends_at IS NOT NULL
       AND (to_jsonb(NEW) - 'ends_at') = (to_jsonb(OLD) - 'ends_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the record of who was on duty is not rewritten: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER duty_shift_no_row_change BEFORE UPDATE OR DELETE ON duty_shift
    FOR EACH ROW EXECUTE FUNCTION duty_refuse_shift_change();
"""
NO_GUARD = """
DROP TRIGGER duty_shift_no_row_change ON duty_shift;
DROP FUNCTION duty_refuse_shift_change();
"""


class Migration(migrations.Migration):
    dependencies = [("duty", "0001_create_duty")]

    operations = [migrations.RunSQL(GUARD, NO_GUARD)]
