import type { Result, ServiceDefinition, ServiceFailure, ServicePart, Sha256 } from '@tr/model';

/** What a host of services is made with. */
export interface ServiceHostOptions {
  /** Absolute native path of the workspace root. */
  readonly root: string;
  /** `.tr/services`: the register of what runs, data on disk, logs. Made when needed. */
  readonly directory: string;
  /** Variables `tr` was started with: PATH, HOME, `$NAME` of a `url`. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Put into the environment of every server that must not outlive this run: the runner's watchdog and its sweep at
   * the end find processes by it.
   */
  readonly marker: { readonly name: string; readonly value: string };
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Trouble that changes no result: no room in memory, something of an earlier run that could not be removed. */
  readonly warn: (failure: ServiceFailure) => void;
  /** Aborted when the run ends early: a given server that is only asked who it is, is not waited for either. */
  readonly ending?: AbortSignal;
}

/** A stored state: one file that {@link ServiceLease.capture} has written, here or on another machine. Hostile. */
export interface StoredState {
  /** Absolute native path of a read-only file. */
  readonly path: string;
  /** SHA-256 of the file, checked while it is unpacked. It names the state: a warm server that has it needs no file. */
  readonly sha256: Sha256;
}

/** A service as one task wants it. */
export interface ServiceRequest {
  readonly service: ServiceDefinition;
  /** Undefined = an empty database, with its extensions. */
  readonly state: StoredState | undefined;
}

/** What a task asks for. */
export interface LeaseRequest {
  /** Named in logs and in the register. */
  readonly task: string;
  readonly services: readonly ServiceRequest[];
  /** How many workers get a database or server of their own; undefined = only the task as a whole has one. */
  readonly workers: number | undefined;
  /** Aborted when the run ends: nothing new is started, what is starting is stopped. */
  readonly signal: AbortSignal;
}

/**
 * Services of one task, ready, and nobody else's until it is given back: a task never sees what another one did. A
 * given-back server is used again for the next task of the run where that is quicker than a new one.
 */
export interface ServiceLease {
  /**
   * Settings for the task: the engine's usual names or those of the configuration, `…_<i>` for each worker, and
   * `TR_SERVICES_SOCKET`, where `POST /reset?service=<name>[&worker=<i>]` brings a database back to the state.
   */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Writes the present state of a service to the file `path` (temporary file, then rename); where that disk is full, to a
   * file of this run elsewhere. Fails when the state is not known to be the task's own: somebody is still connected, the
   * server had ended meanwhile. The lease stays usable, without the databases of workers, and can no longer be reset.
   */
  capture(service: string, path: string): Promise<Result<KeptState, ServiceFailure>>;
  /**
   * Brings everything back to what it was when the lease was handed over: before a task is tried again. Fails when that
   * is not possible (the task has changed roles or settings of the whole server): then a new lease is needed.
   */
  reset(): Promise<Result<undefined, ServiceFailure>>;
  /** Gives everything back. Never rejects. May be called again. */
  release(): Promise<void>;
}

/** A state that was just written. */
export interface CapturedState {
  /** SHA-256 of the file. */
  readonly sha256: Sha256;
  /** Bytes. */
  readonly size: number;
}

/** A state that was just written, and where it lies. */
export interface KeptState extends CapturedState {
  readonly path: string;
  /** Not where it was wanted, which is full, but somewhere until the host is disposed. */
  readonly isElsewhere: boolean;
}

/** What decides results on the side of a service, for the fingerprint. */
export interface ServiceIdentity {
  /** Engine with its exact version, e.g. `postgres 15.18 (Debian 15.18-0+deb12u1)`; for people too. */
  readonly engine: string;
}

/** The services of one run. Nothing is started before the first lease. */
export interface ServiceHost {
  /** Which engine a lease would get. Remembers its answer on disk, tied to the stat of the program. */
  identify(service: ServiceDefinition): Promise<Result<ServiceIdentity, ServiceFailure>>;
  /** Starts in parallel what is needed and resolves when all of it is ready; on failure nothing stays behind. */
  acquire(request: LeaseRequest): Promise<Result<ServiceLease, ServiceFailure>>;
  /** Ends and removes what runs have left that were killed. Costs one listing of a folder when there is nothing. */
  sweep(): Promise<void>;
  /** Stops and removes everything of this run. */
  dispose(): Promise<void>;
}

/** A server that was started for local work and outlives the command that has started it. */
export interface KeptService {
  readonly name: string;
  readonly kind: ServiceDefinition['kind'];
  /** Undefined = it writes none of ours. */
  readonly logPath: string | undefined;
  /** Settings as a task gets them, without those of workers. Holds passwords. */
  readonly environment: Readonly<Record<string, string>>;
  /** False = it has ended by itself, or with the machine. */
  readonly isRunning: boolean;
}

/** Servers for local work: `tr services up`, `down`, `status`, `logs`, `env`; `reset` is `down` and `up` again. */
export interface KeptServices {
  /** Starts a service with a state, unless it runs already with this definition; one that has ended is replaced. */
  up(request: ServiceRequest, signal: AbortSignal): Promise<Result<KeptService, ServiceFailure>>;
  list(): Promise<readonly KeptService[]>;
  /** Ends and removes those of these names; undefined = all. */
  down(names: readonly string[] | undefined): Promise<void>;
}

/** Address of a server or database, as far as the kind of service has it. */
export type ServiceAddress = Readonly<Partial<Record<ServicePart, string>>>;
