import { sha256 } from '@tr/hash';
import { quoteName, quoteText, type GivenMysqlServer } from './given-mysql-server.js';

/** Version of the marks that we put on databases. */
const MARK_VERSION = 1;
/** Name of the procedure whose comment is the mark, where databases have no comments. Never called. */
const MARK_PROCEDURE = 'tr_mark';
/** First release of MariaDB with comments on databases. */
const COMMENTS_SINCE = [10, 5] as const;

/** Objects of people's own in a database; what belongs to a table is counted with it. */
const COUNT_OBJECTS = (name: string): string => `select
  (select count(*) from information_schema.tables where table_schema = ${quoteText(name)})
  + (select count(*) from information_schema.routines where routine_schema = ${quoteText(name)})
  + (select count(*) from information_schema.events where event_schema = ${quoteText(name)}) as n`;

/** A database of somebody else that holds nothing. */
export interface EmptyDatabase {
  readonly name: string;
  readonly charset: string;
  readonly collation: string;
}

/**
 * Our databases among those of a server that is not ours. The mark is made with the database itself (MariaDB: its
 * comment) or right after, while it is empty (MySQL: a procedure's comment): whenever we are killed, what is filled and
 * ours is known to be ours. A table would show up in the schema files that frameworks write.
 */
export class GivenMysqlDatabases {
  readonly #server: GivenMysqlServer;
  readonly #of: string;

  constructor(server: GivenMysqlServer, of: string) {
    this.#server = server;
    this.#of = of;
  }

  /** True when nobody else works with this database from now on: until the connection ends. */
  async tryLock(): Promise<boolean> {
    // Names of locks are 64 characters at most.
    const name = `tr_${sha256(this.#of).slice(0, 32)}`;
    const [row] = await this.#server.query(`select get_lock('${name}', 0) as has`);
    return Number(row?.['has']) === 1;
  }

  /** Drops what dead runs have left. Only while the lock is held. */
  async sweep(): Promise<void> {
    for (const name of await this.#listOurs()) await this.drop(name);
  }

  /** `filled` = not to be touched; undefined = not there. Ours count as not there: they were swept. */
  async findForeign(name: string): Promise<EmptyDatabase | 'filled' | 'kept' | undefined> {
    const [found] = await this.#server.query(
      `select default_character_set_name as charset, default_collation_name as collation
        from information_schema.schemata where schema_name = ${quoteText(name)}`,
    );
    if (found === undefined) return undefined;
    if ((await this.#listMarks()).some((each) => each.name === name && each.mark.startsWith(this.#kept())))
      return 'kept';
    const [row] = await this.#server.query(COUNT_OBJECTS(name));
    if (Number(row?.['n']) !== 0) return 'filled';
    return { name, charset: String(found['charset']), collation: String(found['collation']) };
  }

  /** Puts back what made room for ours. */
  async createEmpty({ name, charset, collation }: EmptyDatabase): Promise<void> {
    await this.#server.query(`create database ${quoteName(name)} character set ${charset} collate ${collation}`);
  }

  /** Makes an empty one of ours; `by` = a call of `tr services up`, whose it is. */
  async create(name: string, by?: string): Promise<void> {
    const comment = this.#hasComments() ? ` comment '${this.#mark(by)}'` : '';
    await this.#server.query(`create database ${quoteName(name)}${comment}`);
    await this.mark(name, by);
  }

  /** Removes a kept database, when it is the one that has this mark. */
  async removeKept(name: string, by: string): Promise<void> {
    const marks = await this.#listMarks();
    if (marks.some((each) => each.name === name && each.mark === this.#mark(by))) await this.drop(name);
  }

  /** Marks it again, where the mark is something that a restored state brings one of its own for. */
  async mark(name: string, by?: string): Promise<void> {
    if (this.#hasComments()) return;
    const procedure = `${quoteName(name)}.${MARK_PROCEDURE}`;
    await this.#server.query(`drop procedure if exists ${procedure}`);
    await this.#server.query(`create procedure ${procedure}() comment '${this.#mark(by)}' select 1`);
  }

  /** Removes a database, whoever is connected to it: an open transaction would keep us waiting. */
  async drop(name: string): Promise<void> {
    const sessions = await this.sessions(name);
    // Another user's cannot be ended by everybody.
    for (const id of sessions) await this.#server.query(`kill ${id}`).catch(() => undefined);
    await this.#server.query(`drop database if exists ${quoteName(name)}`);
  }

  /** Connections to a database but our own. */
  async sessions(name: string): Promise<readonly number[]> {
    const rows = await this.#server.query(
      `select id from information_schema.processlist where db = ${quoteText(name)} and id <> connection_id()`,
    );
    return rows.map(({ id }) => Number(id));
  }

  /** Character set and collation of a database, as a statement that gives them to the one it is run in. */
  async toDefaults(name: string): Promise<string> {
    const [row] = await this.#server.query(
      `select default_character_set_name as charset, default_collation_name as collation
        from information_schema.schemata where schema_name = ${quoteText(name)}`,
    );
    return `ALTER DATABASE CHARACTER SET ${String(row?.['charset'])} COLLATE ${String(row?.['collation'])};\n`;
  }

  async #listOurs(): Promise<readonly string[]> {
    return (await this.#listMarks()).filter(({ mark }) => mark === this.#mark()).map(({ name }) => name);
  }

  async #listMarks(): Promise<readonly { readonly name: string; readonly mark: string }[]> {
    const rows = await this.#server.query(
      this.#hasComments()
        ? 'select schema_name as name, schema_comment as mark from information_schema.schemata order by 1'
        : `select routine_schema as name, routine_comment as mark from information_schema.routines
            where routine_name = '${MARK_PROCEDURE}' order by 1`,
    );
    return rows.map(({ name, mark }) => ({ name: String(name), mark: String(mark) }));
  }

  /** JSON of letters and digits only. `of` = the service's database that it belongs to. */
  #mark(by?: string): string {
    const of = sha256(this.#of).slice(0, 32);
    return JSON.stringify(by === undefined ? { tr: MARK_VERSION, of } : { tr: MARK_VERSION, of, by });
  }

  /** What the marks of all kept ones begin with. */
  #kept(): string {
    return this.#mark('').slice(0, -2);
  }

  #hasComments(): boolean {
    const [major = 0, minor = 0] = this.#server.series.split('.').map(Number);
    const [since, sinceMinor] = COMMENTS_SINCE;
    return this.#server.product === 'mariadb' && (major > since || (major === since && minor >= sinceMinor));
  }
}
