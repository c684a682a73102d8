import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { isOwnSecret, type ServiceDefinition } from '@tr/model';
import type { EngineContext } from '../engine.js';
import { toEnvironment } from '../lease/environment.js';
import type { Instance, LaunchCall, Readiness, ServerKind } from '../own-server/server-kind.js';
import type { ServiceAddress } from '../ports.js';
import { runProgram } from '../process.js';
import { ServiceError } from '../service-error.js';
import { platformName, STATE_VERSION } from '../state/state-header.js';
import { probeHttp, probeLog, probeTcp } from './probes.js';

const EMPTY_BYTES = 64 * 1024 * 1024;
const EXEC_TIMEOUT_MS = 5000;

/** Nothing has to be found: the shell finds it. */
interface ShellCommand {
  readonly text: string;
}

/**
 * Any command of the configuration. It runs as we do, in the workspace root, and is told where to listen and where its
 * data go: `PORT`, `HOST`, `TR_DATA_DIR`, or `{port}` and `{data}` in its text. What lies in that folder is its state.
 */
export function createCommandKind({ options }: EngineContext): ServerKind<ShellCommand> {
  return {
    account: undefined,
    emptyBytes: EMPTY_BYTES,
    portTaken: /EADDRINUSE|address already in use/i,
    stopSignal: 'SIGTERM',
    isStoppedForCapture: true,
    isShell: true,
    find: async (service) => await Promise.resolve(toCommand(service)),
    engineOf: () => 'command',
    headerOf: () => ({
      version: STATE_VERSION,
      kind: 'command',
      format: 'files',
      platform: platformName(),
      database: '',
    }),
    fillEmpty: async (_command, _service, place) => {
      await Promise.resolve(mkdirSync(place.data, { mode: 0o700 }));
    },
    prepare: (command, instance) => prepare(command, instance, options),
    check: (_command, instance) => check(instance, options),
    beforeCapture: () => Promise.resolve(),
    isStored: () => true,
    addressOf,
  };
}

function toCommand({ name, kind, command }: ServiceDefinition): ShellCommand {
  if (command !== undefined) return { text: command };
  throw new ServiceError({ code: 'service/unsupported', service: name, kind, what: 'to be started without a command' });
}

function prepare(
  { text }: ShellCommand,
  instance: Instance,
  { root, environment }: EngineContext['options'],
): LaunchCall {
  const { port, place } = instance;
  const filled = text.replaceAll('{port}', String(port)).replaceAll('{data}', place.data);
  return { file: '/bin/sh', args: ['-c', filled], env: toCommandEnvironment(instance, environment), cwd: root };
}

function toCommandEnvironment(
  { port, place }: Instance,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const shown = Object.entries(environment).filter(([name]) => !isOwnSecret(name));
  return { ...Object.fromEntries(shown), PORT: String(port), HOST: '127.0.0.1', TR_DATA_DIR: place.data };
}

/** In the order of the configuration; the first that does not hold is named. */
async function check(instance: Instance, options: EngineContext['options']): Promise<Readiness> {
  const { service, port, logPath } = instance;
  const { tcp, http, log, exec } = service.ready;
  const probes: readonly (() => Promise<Readiness> | Readiness)[] = [
    ...(tcp ? [() => probeTcp(port)] : []),
    ...(http === undefined ? [] : [() => probeHttp(port, http)]),
    ...(log === undefined ? [] : [() => probeLog(logPath, log)]),
    ...(exec === undefined ? [] : [() => probeExec(exec, instance, options)]),
  ];
  for (const probe of probes) {
    const readiness = await probe();
    if (readiness !== 'ready') return readiness;
  }
  return 'ready';
}

async function probeExec(
  text: string,
  instance: Instance,
  { root, environment }: EngineContext['options'],
): Promise<Readiness> {
  const settings = toEnvironment(instance.service, addressOf(instance), []);
  const env = { ...toCommandEnvironment(instance, environment), ...settings };
  const call = { file: '/bin/sh', args: ['-c', text], env, cwd: root, account: undefined };
  const { code } = await runProgram(call, EXEC_TIMEOUT_MS);
  return code === 0 ? 'ready' : { missing: `${text} ${code === undefined ? 'does not end' : `ends with ${code}`}` };
}

function addressOf({ service, port, place }: Instance): ServiceAddress {
  const scheme = service.ready.http === undefined ? 'tcp' : 'http';
  return {
    url: `${scheme}://127.0.0.1:${port}`,
    host: '127.0.0.1',
    port: String(port),
    socket: join(place.sockets, 'socket'),
  };
}
