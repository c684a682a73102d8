import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EngineContext } from './engine.js';
import { findServerAccount } from './place/account.js';
import { Places } from './place/places.js';
import { identifyProcess, readMachine } from './place/process-identity.js';
import { Register, REGISTER_VERSION } from './place/register.js';
import type { ServiceHostOptions } from './ports.js';
import { VersionMemo } from './programs/version-memo.js';

/** Logs of earlier runs that stay. */
const MAX_LOGS = 100;

/** What differs between servers of a run and servers that are kept. */
export interface ContextOptions {
  /** Path of the register, below the directory of services. */
  readonly register: string;
  /** Undefined = the servers outlive the run. */
  readonly marker: EngineContext['marker'];
}

/** What engines work with. Makes nothing yet. */
export async function createContext(
  options: Omit<ServiceHostOptions, 'marker'>,
  { register: name, marker }: ContextOptions,
): Promise<EngineContext> {
  const { directory, environment, warn } = options;
  const owner = (await identifyProcess(process.pid)) ?? { pid: process.pid, start: '' };
  const registered = { version: REGISTER_VERSION, machine: readMachine(), owner } as const;
  const register = new Register(join(directory, name), registered);
  const account = findServerAccount();
  const places = new Places({
    register,
    owner: marker === undefined ? undefined : registered,
    account,
    directory,
    runtimeDirectory: environment['XDG_RUNTIME_DIR'],
    warn,
  });
  const memo = new VersionMemo(join(directory, 'versions.json'));
  const logs = createLogs(join(directory, 'logs'), basename(name).replace(/\.jsonl$/, ''));
  return { options, marker, account, places, register, memo, newLogPath: logs.next, lastLogPath: logs.last, warn };
}

interface Logs {
  readonly next: (service: string) => string;
  readonly last: () => string | undefined;
}

/** Names for logs that no other run uses. */
function createLogs(folder: string, run: string): Logs {
  let count = 0;
  let last: string | undefined;
  return {
    last: () => last,
    next: (service) => {
      if (count === 0) {
        mkdirSync(folder, { recursive: true });
        removeOldLogs(folder);
      }
      count += 1;
      last = join(folder, `${service.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${run}-${count}.log`);
      return last;
    },
  };
}

function removeOldLogs(folder: string): void {
  const names = readdirSync(folder);
  if (names.length <= MAX_LOGS) return;
  const byAge = names
    .map((name) => join(folder, name))
    .map((path) => ({ path, time: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of byAge.slice(MAX_LOGS)) rmSync(path, { force: true });
}
