import type pg from 'pg';
import utils from 'pg/lib/utils.js';
import { loadPostgresClient } from './load-client.js';

/** A connection that is kept for one purpose until it is ended. */
export interface HeldConnection {
  query(text: string): Promise<readonly Record<string, unknown>[]>;
  /** Never rejects. */
  end(): Promise<void>;
}

/** At most this many connections of ours at once, for clones that are made at the same time. */
const MAX_CONNECTIONS = 8;

/** Connections of ours to one server, made when needed. Every method rejects when the server is gone. */
export class PostgresAdmin {
  readonly #toConfig: (database: string) => pg.ClientConfig;
  readonly #maintenance: string;
  readonly #idle: pg.Client[] = [];
  readonly #all = new Set<pg.Client>();
  readonly #waiting: (() => void)[] = [];

  /** `maintenance` = the database to be in when it does not matter. */
  constructor(toConfig: (database: string) => pg.ClientConfig, maintenance = 'postgres') {
    this.#toConfig = toConfig;
    this.#maintenance = maintenance;
  }

  /** Rows of one statement (or of the last of several, without values), in a connection that no one else uses. */
  async query(text: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]> {
    return await this.#withClient(async (client) => {
      const result: unknown = await client.query(text, values === undefined ? undefined : [...values]);
      const last = Array.isArray(result) ? (result.at(-1) as unknown) : result;
      return (last as pg.QueryResult<Record<string, unknown>>).rows;
    });
  }

  /** The same in a database other than `postgres`, with a connection of its own. */
  async queryIn(database: string, text: string): Promise<readonly Record<string, unknown>[]> {
    const client = await this.#connect(database);
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await this.#end(client);
    }
  }

  /** A connection of its own, for what lasts as long as it. */
  async hold(): Promise<HeldConnection> {
    const client = await this.#connect(this.#maintenance);
    return {
      query: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
      end: () => this.#end(client),
    };
  }

  /** Process ids of our own sessions. */
  ownSessions(): readonly number[] {
    return [...this.#all].flatMap((client) => {
      const { processID } = client as { processID?: unknown };
      return typeof processID === 'number' ? processID : [];
    });
  }

  /** Closes all but `keep` connections. */
  async close(keep = 0): Promise<void> {
    await Promise.all(this.#idle.splice(keep).map((client) => this.#end(client)));
  }

  async #withClient<T>(use: (client: pg.Client) => Promise<T>): Promise<T> {
    while (this.#idle.length === 0 && this.#all.size >= MAX_CONNECTIONS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const client = this.#idle.pop() ?? (await this.#connect(this.#maintenance));
    try {
      return await use(client);
    } finally {
      if (this.#all.has(client)) this.#idle.push(client);
      this.#waiting.shift()?.();
    }
  }

  async #connect(database: string): Promise<pg.Client> {
    const { Client } = await loadPostgresClient();
    const client = new Client(this.#toConfig(database));
    this.#all.add(client);
    // A server that ends takes its connections with it; whoever uses one next is told by the rejection.
    client.on('error', () => this.#forget(client));
    client.on('end', () => this.#forget(client));
    try {
      await client.connect();
    } catch (error) {
      this.#forget(client);
      throw error;
    }
    return client;
  }

  async #end(client: pg.Client): Promise<void> {
    try {
      await client.end();
    } catch {
      // Gone already.
    }
    this.#forget(client);
  }

  #forget(client: pg.Client): void {
    this.#all.delete(client);
    const at = this.#idle.indexOf(client);
    if (at !== -1) this.#idle.splice(at, 1);
  }
}

/** An SQL identifier. */
export function quoteName(name: string): string {
  return utils.escapeIdentifier(name);
}

/** An SQL string. */
export function quoteText(text: string): string {
  return utils.escapeLiteral(text);
}
