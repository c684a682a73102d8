import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
