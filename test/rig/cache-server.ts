import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment } from './exec-tr.js';
import { OWN_PROGRAM, type Program } from './program.js';

const TOKEN = 'a-token-of-the-end-to-end-tests';

/** The real cache server in a process of its own. */
export interface CacheServer {
  readonly url: string;
  /** Where it keeps things, unless told otherwise. */
  readonly directory: string;
  /** What a client needs in its environment. */
  readonly client: Readonly<Record<string, string>>;
  /** Requests so far, from its log: method and path-free facts. */
  requests(): readonly Readonly<Record<string, unknown>>[];
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it on a free port with a directory of its own; `options` are added to the command line. */
export async function startCacheServer(
  options: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  { serverBin }: Program = OWN_PROGRAM,
): Promise<CacheServer> {
  const directory = mkdtempSync(join(tmpdir(), 'tr-server-'));
  const child = spawn(process.execPath, [serverBin, '--port', '0', '--dir', directory, ...options], {
    env: cleanEnvironment({ TR_CACHE_TOKEN: TOKEN, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  let log = '';
  child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => reject(new Error(`the server ended: ${log}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      log += bytes.toString();
      const found = /https?:\/\/[^\s"]+/.exec(log);
      if (found !== null) resolve(found[0]);
    });
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    url,
    directory,
    client: { TR_REMOTE_URL: url, TR_TOKEN: TOKEN },
    requests: () =>
      log
        .split('\n')
        .filter((line) => line.startsWith('{') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter(({ event }) => event === 'request'),
    kill: () => end('SIGKILL'),
    close: async () => {
      await end('SIGTERM');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Runs a command of the server's program that ends by itself. */
export async function runServerCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { serverBin }: Program = OWN_PROGRAM,
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = spawn(process.execPath, [serverBin, ...args], {
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()));
  return await new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output })));
}
