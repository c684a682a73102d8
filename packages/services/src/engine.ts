import type { ServiceDefinition, ServiceFailure } from '@tr/model';
import type { Places } from './place/places.js';
import type { Register } from './place/register.js';
import type { CapturedState, ServiceAddress, ServiceHostOptions, StoredState } from './ports.js';
import type { Account } from './process.js';
import type { VersionMemo } from './programs/version-memo.js';

/** What every engine works with. */
export interface EngineContext {
  readonly options: Omit<ServiceHostOptions, 'marker'>;
  /** Put into the environment of servers that must not outlive the run; undefined = they are to. */
  readonly marker: ServiceHostOptions['marker'] | undefined;
  readonly account: Account | undefined;
  readonly places: Places;
  readonly register: Register;
  readonly memo: VersionMemo;
  /** Path of a new log file for a server of this service. */
  readonly newLogPath: (service: string) => string;
  /** The newest of them. */
  readonly lastLogPath: () => string | undefined;
  readonly warn: (failure: ServiceFailure) => void;
}

/** What one task wants of one service. */
export interface EngineRequest {
  readonly service: ServiceDefinition;
  readonly state: StoredState | undefined;
  readonly workers: number | undefined;
  readonly signal: AbortSignal;
}

/** One service of one task. */
export interface EngineLease {
  readonly service: ServiceDefinition;
  /** The task's own. */
  readonly address: ServiceAddress;
  /** In order of the workers; empty when they were not asked for. */
  readonly workers: readonly ServiceAddress[];
  /** The folder of `path` is there for this capture alone, and is removed with whatever else is put there. Throws a ServiceError. */
  capture(path: string): Promise<CapturedState>;
  /** Brings the task's own (undefined) or one worker's back to the state. Throws whatever keeps it from that. */
  reset(worker: number | undefined): Promise<void>;
  /** Brings back all of it, also what the task has added. Throws whatever keeps it from that. */
  resetAll(): Promise<void>;
  /** Never rejects. */
  release(): Promise<void>;
}

/** A kind of service on servers that somebody else runs. What is made there for local work needs no process of ours. */
export interface GivenEngine extends Engine {
  /** Makes the service's database with the state, marked by `mark`; one that is there is left as it is. */
  keep(request: EngineRequest, mark: string): Promise<ServiceAddress>;
  /** True when the server answers and has the service's database. */
  isThere(service: ServiceDefinition): Promise<boolean>;
  /** Removes the service's database when it has this mark; nothing that was there before. */
  removeKept(service: ServiceDefinition, mark: string): Promise<void>;
}

/** One kind of service. Throws ServiceErrors. */
export interface Engine {
  /** Engine with its exact version. Once `signal` is aborted, nothing is waited for. */
  identify(service: ServiceDefinition, signal?: AbortSignal): Promise<string>;
  lease(request: EngineRequest): Promise<EngineLease>;
  /** Ends every server of it that is left. */
  dispose(): Promise<void>;
  /** Lets go of the servers, which run on: nothing of ours keeps this process from ending. */
  detach(): Promise<void>;
}
