/** Databases that every server has; a task can connect to them, and what it does there stays. */
const OWN = `('postgres', 'template0', 'template1')`;

/** Catalogues in which objects, their rights and their settings are. */
const CATALOGS = [
  'pg_class',
  'pg_attribute',
  'pg_proc',
  'pg_namespace',
  'pg_type',
  'pg_extension',
  'pg_default_acl',
  'pg_event_trigger',
  'pg_language',
  'pg_operator',
  'pg_cast',
  'pg_foreign_server',
  'pg_largeobject_metadata',
];

/**
 * One line about what tasks can change outside of databases: roles, memberships, settings, rights, comments, tablespaces,
 * slots, origins. Our own role's password is left out.
 */
export function globalsQuery(major: number): string {
  const parameters =
    major >= 15 ? `union all select concat_ws(' ', 'parameter', parname, paracl) from pg_parameter_acl` : '';
  return `select md5(string_agg(line, E'\\n' order by line)) as line from (
  select concat_ws(' ', 'role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication,
    rolbypassrls, rolconnlimit, rolvaliduntil, case when rolname <> current_user then rolpassword end) as line from pg_authid
  union all select concat_ws(' ', 'member', roleid, member, admin_option) from pg_auth_members
  union all select concat_ws(' ', 'setting', setdatabase, setrole, setconfig) from pg_db_role_setting
    where setdatabase = 0 or setdatabase in (select oid from pg_database where datname in ${OWN})
  union all select concat_ws(' ', 'database', datname, datdba, datistemplate, datallowconn, datconnlimit, datacl)
    from pg_database where datname in ${OWN}
  union all select concat_ws(' ', 'comment', classoid, objoid, description) from pg_shdescription
    where classoid <> 'pg_database'::regclass or objoid in (select oid from pg_database where datname in ${OWN})
  union all select concat_ws(' ', 'tablespace', spcname, spcacl, spcoptions) from pg_tablespace
  union all select concat_ws(' ', 'slot', slot_name) from pg_replication_slots
  union all select concat_ws(' ', 'origin', roname) from pg_replication_origin
  ${parameters}
  union all select concat_ws(' ', 'file', name, setting) from pg_file_settings where sourcefile like '%postgresql.auto.conf'
) globals`;
}

/**
 * One line about the objects of a database: how many rows each catalogue has, and which transaction wrote the newest.
 * Neither moves by itself: upkeep changes rows in place.
 */
export const OBJECTS_QUERY = `select concat_ws(' ', ${CATALOGS.map(
  (name) => `(select concat(count(*), '/', max(xmin::text::bigint)) from ${name})`,
).join(', ')}) as line`;
