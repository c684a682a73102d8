import { areSessionsGone } from '../await-sessions.js';
import { quoteName, quoteText, type PostgresAdmin } from './admin.js';
import { globalsQuery, OBJECTS_QUERY } from './globals.js';

/** What of a database `CREATE DATABASE … TEMPLATE` leaves behind: owner, rights, limits, settings, comment. */
const COPY_PROPERTIES = (from: string, to: string): string => `
  update pg_database c set datdba = t.datdba, datacl = t.datacl, datconnlimit = t.datconnlimit
    from pg_database t where t.datname = ${quoteText(from)} and c.datname = ${quoteText(to)};
  insert into pg_db_role_setting select c.oid, s.setrole, s.setconfig from pg_db_role_setting s
    join pg_database t on t.oid = s.setdatabase and t.datname = ${quoteText(from)}
    join pg_database c on c.datname = ${quoteText(to)};
  insert into pg_shdescription select c.oid, d.classoid, d.description from pg_shdescription d
    join pg_database t on t.oid = d.objoid and t.datname = ${quoteText(from)}
    join pg_database c on c.datname = ${quoteText(to)} where d.classoid = 'pg_database'::regclass;`;

/** Operations on whole databases of one server. */
export class Databases {
  readonly #admin: PostgresAdmin;
  readonly #major: number;

  constructor(admin: PostgresAdmin, major: number) {
    this.#admin = admin;
    this.#major = major;
  }

  /** Copies a database that nobody is connected to. May be called for several at the same time. */
  async clone(template: string, name: string): Promise<void> {
    // Copying files beats writing everything through the log from small databases on; older versions know nothing else.
    const strategy = this.#major >= 15 ? ' STRATEGY file_copy' : '';
    await this.#admin.query(`create database ${quoteName(name)} template ${quoteName(template)}${strategy}`);
    if (template !== 'template0') await this.#admin.query(COPY_PROPERTIES(template, name));
  }

  /** Removes a database, whoever is connected to it. */
  async drop(name: string): Promise<void> {
    const quoted = quoteName(name);
    await this.#admin.query(`update pg_database set datistemplate = false where datname = ${quoteText(name)}`);
    if (this.#major < 13) {
      await this.#admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    }
    await this.#admin.query(`drop database if exists ${quoted}${this.#major >= 13 ? ' with (force)' : ''}`);
  }

  /** From now on nobody can connect to it, and it can be cloned. */
  async seal(name: string, template: string): Promise<void> {
    await this.#admin.query(`alter database ${quoteName(name)} rename to ${quoteName(template)}`);
    await this.#admin.query(`alter database ${quoteName(template)} with is_template true allow_connections false`);
  }

  /** Databases that are neither the server's own nor sealed, sorted. */
  async list(): Promise<readonly string[]> {
    const rows = await this.#admin.query(
      `select datname from pg_database where datname not in ('postgres', 'template0', 'template1')
        and not (datistemplate and not datallowconn) order by datname`,
    );
    return rows.map(({ datname }) => String(datname));
  }

  /** True when nobody but us is connected; waits a moment for sessions that are ending. */
  async hasNoSessions(): Promise<boolean> {
    return await areSessionsGone(() => this.#countSessions());
  }

  /** Ends all sessions but our own; false when one does not end. */
  async endSessions(): Promise<boolean> {
    await this.#admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> all($1)`,
      [this.#admin.ownSessions()],
    );
    return await this.hasNoSessions();
  }

  /** What tasks can change outside of their databases; equal texts = nothing was changed. */
  async readGlobals(): Promise<string> {
    const lines = [
      ...(await this.#admin.query(globalsQuery(this.#major))),
      ...(await this.#admin.query(OBJECTS_QUERY)),
      ...(await this.#admin.queryIn('template1', OBJECTS_QUERY)),
    ];
    return lines.map(({ line }) => String(line)).join(' ');
  }

  /** How far the log is: it moves with whatever is written, by whomever. */
  async readLogPosition(): Promise<string> {
    return String((await this.#admin.query('select pg_current_wal_insert_lsn() as at'))[0]?.['at']);
  }

  /** Reads a database's catalogue; rejects when it is damaged. */
  async check(name: string): Promise<void> {
    await this.#admin.queryIn(name, 'select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid');
  }

  async #countSessions(): Promise<number> {
    const rows = await this.#admin.query(
      `select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> all($1)`,
      [this.#admin.ownSessions()],
    );
    return Number(rows[0]?.['n']);
  }
}
