/** Trouble with a service of a task, or with its state. `service` is its name in the configuration. */
export type ServiceFailure =
  /** No provider has this engine in an accepted version. `found` = versions that were looked at, with their places. */
  | {
      readonly code: 'service/not-found';
      readonly service: string;
      readonly kind: string;
      readonly version: string | undefined;
      readonly found: readonly string[];
    }
  /** The server ended while it was starting, or could not be started. `logTail` = the last lines of its log. */
  | {
      readonly code: 'service/start-failed';
      readonly service: string;
      readonly detail: string;
      readonly logPath: string | undefined;
      readonly logTail: readonly string[];
    }
  /** The server runs and does not answer. `check` names the check that does not hold. */
  | {
      readonly code: 'service/not-ready';
      readonly service: string;
      readonly check: string;
      readonly timeoutMs: number;
      readonly logPath: string | undefined;
      readonly logTail: readonly string[];
    }
  /** A server given by `url` cannot be reached or refuses us. No part of the address but the host is told. */
  | {
      readonly code: 'service/unreachable';
      readonly service: string;
      readonly host: string;
      readonly detail: string;
      /** What its address should begin with and does not; then `host` is the setting that has it. */
      readonly scheme?: string;
    }
  /** On a server given by `url`: a database of this name is there that is not ours and not empty. */
  | {
      readonly code: 'service/foreign-database';
      readonly service: string;
      readonly database: string;
      /** It is there although one with a state was to be made (`there`); `tr services up` has made it (`kept`). */
      readonly why?: 'there' | 'kept';
    }
  /** A stored state cannot be used: damaged, of another engine, or the server does not come up on it. */
  | { readonly code: 'service/state-unusable'; readonly service: string; readonly detail: string }
  /** The state could not be written, or is not what the task left (`detail`: another session was connected, …). */
  | { readonly code: 'service/capture-failed'; readonly service: string; readonly detail: string }
  /** A task depends on two states of one service, of which neither builds upon the other. */
  | { readonly code: 'service/two-states'; readonly service: string; readonly tasks: readonly string[] }
  /** The task whose state a task starts from is no part of this run (`--only`). */
  | { readonly code: 'service/state-left-out'; readonly service: string; readonly task: string }
  /** No room for its data (absent: that), neither in memory nor on disk; or for its state, there nor elsewhere. */
  | {
      readonly code: 'service/no-space';
      readonly service: string;
      readonly path: string;
      readonly holds?: 'data' | 'state';
    }
  /** What was asked for is not possible with this kind of service. */
  | { readonly code: 'service/unsupported'; readonly service: string; readonly kind: string; readonly what: string };

/** Every code of {@link ServiceFailure}, for tests and the reference page. */
export const SERVICE_FAILURE_CODES = [
  'service/capture-failed',
  'service/foreign-database',
  'service/no-space',
  'service/not-found',
  'service/not-ready',
  'service/start-failed',
  'service/state-left-out',
  'service/state-unusable',
  'service/two-states',
  'service/unreachable',
  'service/unsupported',
] as const satisfies readonly ServiceFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<ServiceFailure['code'], (typeof SERVICE_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
