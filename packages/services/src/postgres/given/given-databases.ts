import { quoteName, quoteText } from '../admin.js';
import { toTemplateName } from '../sealed-state.js';
import type { GivenServer } from './given-server.js';

/** Version of the marks that we put on databases as their comment. */
const MARK_VERSION = 1;
/** States that stay on the server for later runs, for each database. */
const MAX_TEMPLATES = 8;
/** A database that is being made; nobody but us has such names. */
const NEW_PREFIX = 'tr_new_';
/** First half of the key of our advisory locks. */
const LOCK_SPACE = 0x7472;

/** What our databases are: given to a task, a state to clone, or somebody's until `tr services down`. */
interface Mark {
  readonly tr: typeof MARK_VERSION;
  readonly role: 'lease' | 'template' | 'kept';
  /** Which call of `tr services up` has made it. */
  readonly by?: string;
  /** The service's database that it belongs to. */
  readonly of: string;
  /** Milliseconds since the epoch. */
  readonly used: number;
}

interface Listed {
  readonly name: string;
  readonly mark: Mark | undefined;
}

/** Objects of people's own: not the system's, and not an extension's. */
const COUNT_OBJECTS = `select (select count(*) from pg_class c where c.oid >= 16384 and not exists
    (select from pg_depend d where d.objid = c.oid and d.deptype = 'e') and relnamespace <> 'pg_toast'::regnamespace)
  + (select count(*) from pg_proc p where p.oid >= 16384 and not exists
    (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')) as n`;

/** A database of somebody else that holds nothing. */
export interface EmptyDatabase {
  readonly name: string;
  /** What it was made with, as the end of the statement that makes it. */
  readonly settings: string;
}

/** Owner of a database; its encoding and locale where they are not what new databases get. */
const READ_SETTINGS = `select pg_get_userbyid(d.datdba) as owner, pg_encoding_to_char(d.encoding) as encoding,
    d.datcollate as collation, d.datctype as ctype,
    (d.encoding, d.datcollate, d.datctype) is distinct from (t.encoding, t.datcollate, t.datctype) as is_special
  from pg_database d, pg_database t where d.datname = $1 and t.datname = 'template1'`;

/**
 * Our databases among those of a server that is not ours. What we make is made under a name of ours, marked, and only
 * then renamed to what it is to be called: whenever we are killed, the next run knows what is ours.
 */
export class GivenDatabases {
  readonly #server: GivenServer;
  readonly #of: string;
  readonly #now: () => number;

  constructor(server: GivenServer, of: string, now: () => number) {
    this.#server = server;
    this.#of = of;
    this.#now = now;
  }

  /** Key of the lock that whoever works with this database holds. */
  get lockKey(): string {
    return `${LOCK_SPACE}, hashtext(${quoteText(this.#of)})`;
  }

  /** Drops what dead runs have left, and the states that were not used for longest. Only while the lock is held. */
  async sweep(): Promise<void> {
    const all = await this.#list();
    const ours = all.filter(({ mark }) => mark?.of === this.#of);
    const templates = ours
      .filter(({ mark }) => mark?.role === 'template')
      .sort((a, b) => (b.mark?.used ?? 0) - (a.mark?.used ?? 0));
    const unfinished = all.filter(({ name }) => name.startsWith(this.#newPrefix()));
    const left = [
      ...ours.filter(({ mark }) => mark?.role === 'lease'),
      ...templates.slice(MAX_TEMPLATES),
      ...unfinished,
    ];
    for (const { name } of left) await this.drop(name);
  }

  /** `filled` = not to be touched; undefined = not there. Ours count as not there: they were swept, but for kept ones. */
  async findForeign(name: string): Promise<EmptyDatabase | 'filled' | 'kept' | undefined> {
    const listed = (await this.#list()).find((each) => each.name === name);
    if (listed === undefined) return undefined;
    if (listed.mark?.role === 'kept') return 'kept';
    const [row] = await this.#server.admin.queryIn(name, COUNT_OBJECTS);
    if (Number(row?.['n']) !== 0) return 'filled';
    return { name, settings: await this.#readSettings(name) };
  }

  /** Removes a foreign database that is empty; fails when somebody is connected to it. */
  async removeEmpty(name: string): Promise<void> {
    await this.#server.admin.query(`drop database ${quoteName(name)}`);
  }

  /** Puts back what {@link removeEmpty} has removed. */
  async createEmpty({ name, settings }: EmptyDatabase): Promise<void> {
    await this.#server.admin.query(`create database ${quoteName(name)}${settings}`);
  }

  /** Removes a database of ours, whoever is connected to it. */
  async drop(name: string): Promise<void> {
    const { admin, major } = this.#server;
    await this.#unseal(name);
    if (major < 13)
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await admin.query(`drop database if exists ${quoteName(name)}${major >= 13 ? ' with (force)' : ''}`);
  }

  /** Makes a database from a template, lets `fill` work in it under its provisional name, and gives it its own. */
  async create(
    role: Mark['role'],
    name: string,
    { template = 'template0', by, fill }: CreateOptions = {},
  ): Promise<void> {
    const { admin, major } = this.#server;
    const provisional = `${this.#newPrefix()}${toTemplateName('', name).slice(3, 23)}`;
    const strategy = major >= 15 ? ' strategy file_copy' : '';
    // A server's owner may have kept this strategy from us; the default is the safe second choice.
    await admin.query(`create database ${quoteName(provisional)} template ${quoteName(template)}${strategy}`);
    await this.#mark(provisional, role, by);
    await fill?.(provisional);
    await admin.query(`alter database ${quoteName(provisional)} rename to ${quoteName(name)}`);
    if (role === 'template') {
      await admin.query(`alter database ${quoteName(name)} with is_template true allow_connections false`);
    }
  }

  /** Removes a kept database, when it is the one that has this mark. */
  async removeKept(name: string, by: string): Promise<void> {
    const listed = (await this.#list()).find((each) => each.name === name);
    if (listed?.mark?.role === 'kept' && listed.mark.by === by) await this.drop(name);
  }

  /** Name of the sealed copy of a state, when the server has it. */
  async findTemplate(id: string): Promise<string | undefined> {
    const name = toTemplateName(id, this.#of);
    const listed = (await this.#list()).find((each) => each.name === name && each.mark?.role === 'template');
    if (listed !== undefined) await this.#mark(name, 'template');
    return listed?.name;
  }

  /** True when nobody is connected to a database. */
  async hasNoSessions(name: string): Promise<boolean> {
    const [row] = await this.#server.admin.query(
      'select count(*)::int as n from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()',
      [name],
    );
    return row?.['n'] === 0;
  }

  async #readSettings(name: string): Promise<string> {
    const [row] = await this.#server.admin.query(READ_SETTINGS, [name]);
    if (row === undefined) return '';
    const owner = ` owner ${quoteName(String(row['owner']))}`;
    if (row['is_special'] !== true) return owner;
    const [encoding, collation, ctype] = [row['encoding'], row['collation'], row['ctype']].map((value) =>
      quoteText(String(value)),
    );
    return `${owner} template template0 encoding ${encoding} lc_collate ${collation} lc_ctype ${ctype}`;
  }

  async #mark(name: string, role: Mark['role'], by?: string): Promise<void> {
    const mark: Mark = { tr: MARK_VERSION, role, ...(by === undefined ? {} : { by }), of: this.#of, used: this.#now() };
    await this.#server.admin.query(`comment on database ${quoteName(name)} is ${quoteText(JSON.stringify(mark))}`);
  }

  async #unseal(name: string): Promise<void> {
    const rows = await this.#server.admin.query('select 1 from pg_database where datistemplate and datname = $1', [
      name,
    ]);
    if (rows.length > 0) await this.#server.admin.query(`alter database ${quoteName(name)} with is_template false`);
  }

  async #list(): Promise<readonly Listed[]> {
    const rows = await this.#server.admin.query(
      `select datname, shobj_description(oid, 'pg_database') as comment from pg_database order by datname`,
    );
    return rows.map(({ datname, comment }) => ({ name: String(datname), mark: readMark(comment) }));
  }

  /** Under the lock of this database nobody else has names with it. */
  #newPrefix(): string {
    return `${NEW_PREFIX}${toTemplateName('', this.#of).slice(3, 13)}_`;
  }
}

interface CreateOptions {
  readonly template?: string;
  /** Of a kept one. */
  readonly by?: string;
  readonly fill?: (name: string) => Promise<void>;
}

function readMark(comment: unknown): Mark | undefined {
  if (typeof comment !== 'string' || !comment.startsWith('{')) return undefined;
  try {
    const mark = JSON.parse(comment) as Partial<Mark>;
    return mark.tr === MARK_VERSION && typeof mark.of === 'string' ? (mark as Mark) : undefined;
  } catch {
    return undefined;
  }
}
