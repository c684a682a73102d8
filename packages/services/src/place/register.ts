import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '@tr/model';
import { isNoSpace } from './is-no-space.js';
import type { Machine, ProcessIdentity } from './process-identity.js';

/** Version of the register's lines. */
export const REGISTER_VERSION = 1;

/** First line of a register: whose it is. */
export interface RegisterOwner {
  readonly version: typeof REGISTER_VERSION;
  readonly machine: Machine;
  readonly owner: ProcessIdentity;
}

/** What a run has made that must not outlive it. */
export type RegisterEntry =
  | { readonly directory: string }
  /** A server that runs in a registered directory; told apart from a later process by its start. */
  | { readonly server: ProcessIdentity };

/** What somebody has written in the place of a register's first line; undefined when that is no owner. */
export function parseOwner(value: unknown): RegisterOwner | undefined {
  if (!isRecord(value) || value['version'] !== REGISTER_VERSION) return undefined;
  const { machine, owner } = value;
  const isMachine =
    isRecord(machine) &&
    [machine['host'], machine['boot'], machine['namespace']].every((part) => typeof part === 'string');
  return isMachine && isIdentity(owner, 1) ? (value as unknown as RegisterOwner) : undefined;
}

/** And of another line. What is no process that can be ours is never signalled: by their ids, 0, 1 and -1 mean this group, and everybody. */
export function parseEntry(value: unknown): RegisterEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { directory, server } = value;
  if (typeof directory === 'string') return { directory };
  return isIdentity(server, 2) ? { server } : undefined;
}

function isIdentity(value: unknown, least: number): value is ProcessIdentity {
  if (!isRecord(value)) return false;
  const { pid, start } = value;
  return typeof pid === 'number' && Number.isSafeInteger(pid) && pid >= least && typeof start === 'string';
}

/**
 * The list of everything that a run has started or created outside `.tr`, each line written *before* the thing is there
 * (of a process: right after), so that the next run can end what is left of a run that was killed.
 */
export class Register {
  readonly #path: string;
  readonly #owner: RegisterOwner;
  #isStarted = false;

  constructor(path: string, owner: RegisterOwner) {
    this.#path = path;
    this.#owner = owner;
  }

  /** Throws when it cannot be written, but for a server: the registered directory that it runs in tells of it. */
  add(entry: RegisterEntry): void {
    try {
      if (!this.#isStarted) {
        mkdirSync(join(this.#path, '..'), { recursive: true });
        this.#append(this.#owner);
        this.#isStarted = true;
      }
      this.#append(entry);
    } catch (error) {
      if (!('server' in entry) || !isNoSpace(error)) throw error;
    }
  }

  /** To be called when nothing of it is left. */
  remove(): void {
    if (this.#isStarted) rmSync(this.#path, { force: true });
    // What was still starting may register more; the list then begins anew.
    this.#isStarted = false;
  }

  #append(line: RegisterOwner | RegisterEntry): void {
    appendFileSync(this.#path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  }
}
