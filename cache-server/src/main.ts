import { isRecord } from '@tr/model';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { actAsOwner } from './config/act-as-owner.js';
import { parseServeRequest, type ServeRequest } from './config/serve-request.js';
import { runForget } from './config/forget-command.js';
import { runGc } from './config/gc-command.js';
import { LineBuffer } from './config/line-buffer.js';
import { openServerStore, type ServerStore } from './config/open-store.js';
import { serve } from './config/serve.js';
import { runTokenCommand } from './config/token-command.js';
import { StoreUnusableError, UsageError } from './config/usage-error.js';
import { describePlace, withStore } from './config/with-store.js';
import { runDoctor } from './doctor/doctor.js';
import type { RunningServer } from './server/cache-server.js';
import type { FromWorker, ToWorker } from './workers/messages.js';
import type { WorkerRole } from './workers/supervise.js';
import { WorkerSiblings } from './workers/worker-siblings.js';

const USAGE = `tr-cache-server [serve] [--store s3://bucket/prefix?endpoint=U&region=R&forcePathStyle=true | --dir D] [--config F]
                        [--port 3737] [--host 127.0.0.1] [--tokens-file F] [--trust-file F] [--signing-key-file F]
                        [--max-size 50GB] [--max-entry 20GB] [--max-age 30d] [--quota pr=2GB]... [--upkeep 10m|off]
                        [--tls-cert F --tls-key F] [--public-url U] [--trust-proxy] [--drain 30s] [--workers N]
                        [--hot-bodies 64MB]
tr-cache-server doctor [--store U | --dir D]       tries everything that the store must do
tr-cache-server gc [--store U | --dir D] [--max-size 50GB] [--max-age 30d] [--quota pr=2GB]...
tr-cache-server forget <key> [--scope S] [--tenant T] [--store U | --dir D]   a stored result that is wrong
tr-cache-server token create --scope main|release/X|pr/N|user/X [--tenant T] [--read-only] [--expires 90d]
tr-cache-server token list
tr-cache-server token revoke <id>                  each with [--store U | --dir D | --tokens-file F]
tr-cache-server --version

Every option is also read from the environment: TR_CACHE_STORE, TR_CACHE_PORT, ...; and from the JSON file of --config.
TR_CACHE_TOKEN is a first token, TR_CACHE_SIGNING_KEY the key of signed URLs; replicas share both.`;

/** What to do when a command looks at another place than the server. */
const WHERE = 'The store of the server is named by --dir or --store, as for the server itself.';
/** Tells a process that it is one of several workers, and which one. */
const ROLE_VARIABLE = 'TR_CACHE_WORKER_ROLE';
const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** What several processes may write to one pipe without mixing, bytes (PIPE_BUF of Linux). */
const ATOMIC_WRITE = 4096;

/** Where a call comes from. Relative paths start at `cwd`. */
export interface ServerCall {
  readonly args: readonly string[];
  readonly cwd: string;
}

/**
 * The only place that reads arguments and environment, prints, and ends the process. A server that was started ends the process
 * itself, on a signal; else the exit code is `process.exitCode`.
 */
export async function runCacheServer({ args, cwd }: ServerCall): Promise<'ended' | 'serving'> {
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  // Which Node runs us is for us to say, not for a library to warn of.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const [command = 'serve', ...rest] = args;
  try {
    if (rest.some((arg) => arg === '--help' || arg === '-h')) print(USAGE);
    else if (['--version', '-v'].includes(command)) print(readVersion());
    else if (command === 'token') await runToken(rest, { cwd, print });
    else if (command === 'forget') await runForgetting(rest, { cwd, print });
    else if (command === 'doctor')
      process.exitCode = await runDoctor(toOwnRequest(rest, cwd), { print, now: Date.now });
    else if (command === 'gc') await runGc(toRequestOfStore(rest, cwd), { print, now: Date.now });
    else if (['help', '--help', '-h'].includes(command)) print(USAGE);
    else if (command === 'serve' || command.startsWith('-')) {
      return await runServe(command === 'serve' ? rest : args, { cwd, print });
    } else throw new UsageError(`There is no command \`${command}\`.\n\n${USAGE}`);
  } catch (error) {
    const message = toUsageMessage(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message}\n`);
    process.exitCode = toExitCode(error);
  }
  return 'ended';
}

function readVersion(): string {
  // Where the server is bundled, the bundler puts the number here.
  return process.env['TR_BUILD_VERSION'] ?? readVersionOf(new URL('../../package.json', import.meta.url));
}

function readVersionOf(path: URL): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  return isRecord(manifest) ? String(manifest['version']) : '';
}

function toExitCode(error: unknown): number {
  return error instanceof StoreUnusableError ? 1 : 2;
}

/** What the one who started the server can put right; undefined for everything else. */
function toUsageMessage(error: unknown): string | undefined {
  if (error instanceof UsageError || error instanceof StoreUnusableError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const call = 'syscall' in error ? error.syscall : undefined;
  if (call === 'getaddrinfo') return 'The address given with --host is not known.';
  // A file that an option names, or a folder of the store.
  if ('path' in error && typeof error.path === 'string') return `${error.path} cannot be used (${String(error.code)}).`;
  if (String(error.code).startsWith('ERR_OSSL'))
    return 'What --tls-cert and --tls-key name is no PEM file, or they do not belong together.';
  // A worker asks the process that started it for the port, and is told of another call.
  if (call !== 'listen' && call !== 'bind') return undefined;
  switch (error.code) {
    case 'EADDRINUSE':
      return 'The port is in use: choose another one with --port.';
    case 'EACCES':
      return 'The port is not for us: choose one above 1023 with --port.';
    case 'EADDRNOTAVAIL':
      return 'The address given with --host is none of this machine.';
    default:
      return undefined;
  }
}

interface CommandContext {
  readonly cwd: string;
  readonly print: (line: string) => void;
}

function toRequest(args: readonly string[], cwd: string): ServeRequest {
  return parseServeRequest(args, process.env, cwd);
}

/** The request of a command that works on the store beside the server. */
function toOwnRequest(args: readonly string[], cwd: string): ServeRequest {
  const request = toRequest(args, cwd);
  if (request.store.kind === 'directory') actAsOwner(request.store.directory);
  return request;
}

/** The same, where a store that is not there yet is another one than was meant. */
function toRequestOfStore(args: readonly string[], cwd: string): ServeRequest {
  const { store } = toRequest(args, cwd);
  if (store.kind === 'directory' && !existsSync(store.directory))
    throw new UsageError(`There is no store in ${store.directory}. ${WHERE}`);
  return toOwnRequest(args, cwd);
}

async function runToken(args: readonly string[], { cwd, print }: CommandContext): Promise<void> {
  let place = '';
  // Not for the scripts that read the token from stdout.
  const note = (line: string): void => void process.stderr.write(`${line} Its hash is kept in ${place}.\n`);
  await withOpener(cwd, async (openStore) => {
    const open = async (flags: readonly string[]) => {
      const { tokensFile, store } = toRequest(flags, cwd);
      place = tokensFile ?? describePlace(store);
      if (tokensFile !== undefined) {
        const isThere = existsSync(tokensFile);
        if (!isThere && args[0] !== 'create') throw new UsageError(`There are no tokens in ${place}. ${WHERE}`);
        actAsOwner(isThere ? tokensFile : dirname(tokensFile));
      }
      return (await openStore(flags)).tokens;
    };
    await runTokenCommand(args, { open, print, note, now: Date.now() });
  });
}

async function runForgetting(args: readonly string[], { cwd, print }: CommandContext): Promise<void> {
  await withOpener(cwd, async (openStore) => {
    const open = async (flags: readonly string[]) => {
      toRequestOfStore(flags, cwd);
      return (await openStore(flags)).entries;
    };
    await runForget(args, { open, print });
  });
}

/** Runs a command that opens the store its flags name, and closes that in the end. */
async function withOpener(
  cwd: string,
  use: (open: (flags: readonly string[]) => Promise<ServerStore>) => Promise<void>,
): Promise<void> {
  let request = toRequest([], cwd);
  const opened: ServerStore[] = [];
  const open = async (flags: readonly string[]): Promise<ServerStore> => {
    request = toRequest(flags, cwd);
    const store = await openServerStore(request, Date.now);
    opened.push(store);
    return store;
  };
  try {
    await withStore(
      () => request,
      () => use(open),
    );
  } finally {
    for (const store of opened) store.close();
  }
}

async function runServe(args: readonly string[], context: CommandContext): Promise<'ended' | 'serving'> {
  const request = toRequest(args, context.cwd);
  // A log that nobody reads any more is no reason to stop serving.
  process.stdout.on('error', () => {});
  const role = process.env[ROLE_VARIABLE];
  if (role === 'leader' || role === 'other') {
    await runWorker(request, role, context);
    return 'serving';
  }
  if (request.workers > 1) return await runWorkers(request.workers, context);
  const lines = new LineBuffer((text) => void process.stdout.write(text));
  const { print } = context;
  const server = await serve(request, { log: (line) => lines.add(line), print, now: Date.now });
  print(`Listening on ${server.url}`);
  outliveLostErrors(server, () => lines.flush());
  stopOnSignals(async () => {
    await server.close();
    lines.flush();
  });
  return 'serving';
}

/** Serves with several processes; this one only watches over them. */
async function runWorkers(count: number, { print }: CommandContext): Promise<'ended' | 'serving'> {
  const { superviseWorkers } = await import('./workers/supervise.js');
  const supervisor = superviseWorkers({
    count,
    variable: ROLE_VARIABLE,
    onReady: (url) => print(`Listening on ${url}`),
    onDied: (death) => print(JSON.stringify({ time: new Date().toISOString(), event: 'worker-died', ...death })),
  });
  stopOnSignals(() => supervisor.stop());
  const death = await supervisor.refused;
  if (death === undefined) return 'serving';
  // Otherwise it has said itself what is wrong.
  if (death.error !== undefined) process.stderr.write(`No process can be started for a worker (${death.error}).\n`);
  process.exitCode = death.code ?? 1;
  return 'ended';
}

/** One of several processes that serve. A signal reaches all of them when it is for the group; the supervisor tells them anyway. */
async function runWorker(request: ServeRequest, role: WorkerRole, { print }: CommandContext): Promise<void> {
  const siblings = new WorkerSiblings({ send: sendToSupervisor }, role === 'leader');
  let stop = async (): Promise<void> => process.exit(0);
  process.on('message', (message: ToWorker) => (message.type === 'stop' ? void stop() : siblings.receive(message)));
  sendToSupervisor({ type: 'hello' });
  const lines = new LineBuffer((text) => void process.stdout.write(text), ATOMIC_WRITE);
  try {
    const server = await serve(request, { log: (line) => lines.add(line), print, now: Date.now, siblings });
    outliveLostErrors(server, () => lines.flush());
    stop = once(() =>
      endAfter(async () => {
        await server.close();
        lines.flush();
      }),
    );
    for (const signal of STOP_SIGNALS) process.on(signal, () => void stop());
    sendToSupervisor({ type: 'ready', url: server.url });
  } catch (error) {
    const message = toUsageMessage(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message}\n`);
    // The channel to the supervisor would keep this process.
    process.exit(toExitCode(error));
  }
}

function sendToSupervisor(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Ends the process when `close` is done; a second signal ends it at once. */
function stopOnSignals(close: () => Promise<void>): void {
  let isClosing = false;
  const stop = (): void => {
    if (isClosing) process.exit(130);
    isClosing = true;
    void endAfter(close);
  };
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
}

/** A server that cannot be closed in order ends all the same. */
async function endAfter(close: () => Promise<void>): Promise<never> {
  try {
    await close();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : typeof error}\n`);
    process.exit(1);
  }
  process.exit(0);
}

/**
 * A promise that nobody waited for and that was rejected is a bug of one request or one timer: it is told, and the server goes on.
 * After an exception that nobody caught Node promises nothing any more: that is told too, and the process ends, with what it has
 * logged; whoever watches over it starts it anew.
 */
function outliveLostErrors(server: RunningServer, flush: () => void): void {
  process.on('unhandledRejection', (error) => server.noteUnexpected('promise', error));
  process.on('uncaughtException', (error) => {
    server.noteUnexpected('exception', error);
    flush();
    process.exit(1);
  });
}

function once(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= work());
}
