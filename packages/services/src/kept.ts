import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@tr/hash';
import type { Result, ServiceFailure } from '@tr/model';
import { createContext } from './context.js';
import { createEngine } from './create-engine.js';
import { toEnvironment } from './lease/environment.js';
import { clearRegister, isRunning } from './place/sweep.js';
import type { KeptService, KeptServices, ServiceHostOptions, ServiceRequest } from './ports.js';
import { errorCode, toResult } from './service-error.js';

/** 1: what {@link KeptService} has, and the digest of the definition. */
const KEPT_VERSION = 1;

interface Entry {
  readonly version: typeof KEPT_VERSION;
  readonly definition: string;
  readonly service: Omit<KeptService, 'isRunning'>;
}

/**
 * Servers for local work that outlive the command that starts them. They are apart from those of runs: a run never
 * changes what a person has in a database, and its own servers start in less time than it would take to make sure.
 */
export function createKeptServices(options: Omit<ServiceHostOptions, 'marker'>): KeptServices {
  const folder = join(options.directory, 'kept');
  const list = async (): Promise<readonly Listed[]> => {
    const entries = listNames(folder).flatMap((name) => {
      const entry = readEntry(join(folder, `${name}.json`));
      return entry === undefined ? [] : [{ name, entry }];
    });
    return await Promise.all(
      entries.map(async ({ name, entry }) => {
        const running = await isRunning(join(folder, `${name}.jsonl`));
        return { name, definition: entry.definition, service: { ...entry.service, isRunning: running } };
      }),
    );
  };
  const remove = async (name: string): Promise<void> => {
    await clearRegister(join(folder, `${name}.jsonl`));
    rmSync(join(folder, `${name}.json`), { force: true });
  };
  return {
    up: async (request, signal) => {
      const definition = sha256(canonicalJson(request.service));
      for (const { name, definition: known, service } of await list()) {
        if (service.name !== request.service.name) continue;
        if (service.isRunning && known === definition) return { ok: true, value: service };
        await remove(name);
      }
      return await start(request, { options, folder, definition, signal });
    },
    list: async () => (await list()).map(({ service }) => service),
    down: async (names) => {
      const wanted = (await list()).filter(({ service }) => names === undefined || names.includes(service.name));
      await Promise.all(wanted.map(({ name }) => remove(name)));
      if (names === undefined) await removeUnfinished(folder);
    },
  };
}

interface Listed {
  readonly name: string;
  readonly definition: string;
  readonly service: KeptService;
}

interface StartOptions {
  readonly options: Omit<ServiceHostOptions, 'marker'>;
  readonly folder: string;
  readonly definition: string;
  readonly signal: AbortSignal;
}

function start(
  { service, state }: ServiceRequest,
  { options, folder, definition, signal }: StartOptions,
): Promise<Result<KeptService, ServiceFailure>> {
  return toResult(async () => {
    const name = `${service.name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}-${randomBytes(6).toString('hex')}`;
    const context = await createContext(options, { register: join('kept', `${name}.jsonl`), marker: undefined });
    const engine = createEngine(service, context);
    try {
      const lease = await engine.lease({ service, state, workers: undefined, signal });
      const logPath = context.lastLogPath();
      const kept = {
        name: service.name,
        kind: service.kind,
        logPath,
        environment: toEnvironment(service, lease.address, []),
      };
      writeEntry(join(folder, `${name}.json`), { version: KEPT_VERSION, definition, service: kept });
      await engine.detach();
      return { ...kept, isRunning: true };
    } catch (error) {
      await engine.dispose();
      await context.places.removeShared();
      context.register.remove();
      throw error;
    }
  });
}

/** Registers without an entry: whoever started them was killed on the way. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = listNames(folder, '.jsonl');
  await Promise.all(names.map((name) => clearRegister(join(folder, `${name}.jsonl`))));
}

function listNames(folder: string, end = '.json'): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith(end) ? name.slice(0, -end.length) : []));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** For this user only: it holds passwords. */
function writeEntry(path: string, entry: Entry): void {
  writeFileSync(`${path}.tmp`, JSON.stringify(entry), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

function readEntry(path: string): Entry | undefined {
  try {
    const entry = JSON.parse(readFileSync(path, 'utf8')) as Partial<Entry>;
    return entry.version === KEPT_VERSION ? (entry as Entry) : undefined;
  } catch {
    return undefined;
  }
}
