/**
 * Writes what a PostgreSQL database holds to `seen.txt`, so that equal databases give equal texts whatever the order of
 * their making: every row, column, index, constraint and sequence, sorted. What a framework notes for itself (when and in
 * which order it applied a migration, numbers of its content types) is told by names.
 */
export const LOOK = `set -e
psql -v ON_ERROR_STOP=1 -At > seen.txt <<'SQL'
select format('select %L || to_jsonb(t)::text from %I t order by 1', table_name || ': ', table_name)
from information_schema.tables
where table_schema = 'public' and table_type = 'BASE TABLE'
  and table_name not in ('django_migrations', 'django_content_type', 'auth_permission', 'ar_internal_metadata')
order by table_name \\gexec
select 'select app, name from django_migrations order by 1, 2' where to_regclass('django_migrations') is not null \\gexec
select 'select c.app_label, c.model, p.codename, p.name from django_content_type c left join auth_permission p on p.content_type_id = c.id order by 1, 2, 3'
where to_regclass('auth_permission') is not null \\gexec
select 'select key, value from ar_internal_metadata order by 1' where to_regclass('ar_internal_metadata') is not null \\gexec
select table_name, column_name, udt_name, character_maximum_length, is_nullable, column_default, is_identity
from information_schema.columns where table_schema = 'public' order by 1, 2;
select indexdef from pg_indexes where schemaname = 'public' order by 1;
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace order by 1, 2;
select sequencename, data_type, start_value, increment_by, last_value from pg_sequences order by 1;
SQL
`;
