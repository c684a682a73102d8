import type { ServiceDefinition } from '@tr/model';
import type { Place } from '../place/places.js';
import type { Account } from '../process.js';
import type { ServiceAddress } from '../ports.js';
import type { StateHeader } from '../state/state-header.js';

/** One server and what it is reached by. */
export interface Instance {
  readonly service: ServiceDefinition;
  readonly place: Place;
  readonly port: number;
  /** Random; the server lets nobody in without it, where it can. */
  readonly password: string;
  readonly logPath: string;
}

/** How an instance's program is started. */
export interface LaunchCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What is to be ready is looked at again and again until it holds. */
export type Readiness = 'ready' | { readonly missing: string };

/**
 * An engine whose servers are copied as a whole: a task and each of its workers have a server of their own, made from one
 * data directory.
 */
export interface ServerKind<Program> {
  /** Who its servers run as; undefined = as we do. */
  readonly account: Account | undefined;
  /** Bytes that an empty server's data take, roughly. */
  readonly emptyBytes: number;
  /** What the log says when its port was taken by somebody else. */
  readonly portTaken: RegExp;
  /** Ends it with everything written. */
  readonly stopSignal: NodeJS.Signals;
  /** Its files are right only while it is stopped. */
  readonly isStoppedForCapture: boolean;
  /** The process that was started is a shell: whatever it has started is meant, too. */
  readonly isShell: boolean;
  /** Throws `service/not-found`. */
  find(service: ServiceDefinition): Promise<Program>;
  engineOf(program: Program): string;
  headerOf(program: Program): StateHeader;
  /** Makes `place.data`, which is not there, as that of an empty server. */
  fillEmpty(program: Program, service: ServiceDefinition, place: Place): Promise<void>;
  /** Writes what the program reads when it starts. */
  prepare(program: Program, instance: Instance): LaunchCall;
  /** Asks the server, which has this process id. Never rejects. */
  check(program: Program, instance: Instance, pid: number): Promise<Readiness>;
  /** Brings its files up to date; rejects when somebody else is connected. */
  beforeCapture(program: Program, instance: Instance): Promise<void>;
  /** Whether a file of its data directory belongs into a state. */
  isStored(path: string): boolean;
  addressOf(instance: Instance): ServiceAddress;
}
