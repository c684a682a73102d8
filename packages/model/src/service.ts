/** What a service is: an engine we know how to run, copy and clone, or any command. */
export type ServiceKind = 'postgres' | 'mysql' | 'mariadb' | 'redis' | 'command';

/** How it is known that a service answers; every check that is given must hold, in this order. */
export interface ReadinessSpec {
  /** A connection to the service's own port is accepted. */
  readonly tcp: boolean;
  /** Path asked for on the service's own port; an answer below 400 counts. */
  readonly http: string | undefined;
  /** Regular expression that a line of the service's log has to match. */
  readonly log: string | undefined;
  /** Shell command with the service's settings in its environment; exit code 0 counts. */
  readonly exec: string | undefined;
  /** Milliseconds after the start in which a failed check is no trouble and is repeated quickly. */
  readonly startPeriodMs: number;
  /** Milliseconds between checks. */
  readonly intervalMs: number;
  /** Milliseconds until the service counts as not coming up. */
  readonly timeoutMs: number;
}

/** Parts of a service's address that configuration may hand to tasks under names of its own. */
export type ServicePart = 'url' | 'host' | 'port' | 'user' | 'password' | 'database' | 'socket';

/** A service of the root configuration with every default filled in. */
export interface ServiceDefinition {
  readonly name: string;
  readonly kind: ServiceKind;
  /** Accepted versions of the engine, as a semver range (`15`, `>=14 <17`); undefined = any. */
  readonly version: string | undefined;
  /** Address of a server that runs already, or `$NAME` for one in a variable; undefined = we start one. */
  readonly url: string | undefined;
  /** Kind `command`: shell text that starts the server in the foreground. */
  readonly command: string | undefined;
  /** Database that a task finds; no meaning for `redis` and `command`. */
  readonly database: string;
  /** Names of the workers' databases: `{database}`, `{n}` (from 1), `{i}` (from 0). */
  readonly workerDatabase: string;
  /** Extensions created in an empty database (PostgreSQL); sorted. */
  readonly extensions: readonly string[];
  /** Locale of the cluster; undefined = `C.UTF-8`. */
  readonly locale: string | undefined;
  /** Settings of the server, as its own configuration names them. */
  readonly settings: Readonly<Record<string, string>>;
  /** Variable -> part of the address; undefined = the usual names of the engine. */
  readonly env: Readonly<Record<string, ServicePart>> | undefined;
  /** What the address that tasks get begins with (`mysql2`); undefined = the usual word of the engine, or that of `url`. */
  readonly scheme: string | undefined;
  /** Where its data lie: `auto` = in memory when it fits. */
  readonly storage: 'auto' | 'memory' | 'disk';
  readonly ready: ReadinessSpec;
}

/** The state of a service as the output of a task. */
export interface SnapshotSpec {
  /** Name of the service. */
  readonly service: string;
  /** Globs of the step files (migrations, seeds), relative to the package directory; they are inputs as well. */
  readonly steps: readonly string[];
  /** Shell command that brings an empty database to where the steps begin; undefined = they begin at nothing. */
  readonly base: string | undefined;
}
