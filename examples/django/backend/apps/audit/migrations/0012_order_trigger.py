from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("audit", "0011_event_kind"), ("orders", "0029_number_sequence")]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION audit_order_status() RETURNS trigger AS $$
            BEGIN
                INSERT INTO audit_event (company_id, kind, subject, detail, created_at)
                VALUES (NEW.company_id, 'order-' || NEW.status, NEW.number, jsonb_build_object('from', OLD.status), now());
                RETURN NEW;
            END $$ LANGUAGE plpgsql;
            CREATE TRIGGER audit_order_status AFTER UPDATE OF status ON orders_order
                FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION audit_order_status();
            """,
            "DROP TRIGGER audit_order_status ON orders_order; DROP FUNCTION audit_order_status()",
        ),
    ]
