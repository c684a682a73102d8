import { resolve } from 'node:path';
import { openTokenFile } from './auth/token-file.js';
import { parseServeRequest } from './config/serve-request.js';
import { serve } from './config/serve.js';
import { runTokenCommand } from './config/token-command.js';
import { UsageError } from './config/usage-error.js';

const USAGE = `tr-cache-server [serve] [--dir D] [--port 3737] [--host 127.0.0.1] [--tokens-file F] [--trust-file F]
                        [--max-size 50GB] [--max-entry 20GB] [--max-age 30d] [--quota pr=2GB]...
                        [--tls-cert F --tls-key F] [--public-url U] [--trust-proxy] [--drain 30s]
tr-cache-server token create --scope main|release/X|pr/N|user/X [--tenant T] [--read-only] [--expires 90d]
tr-cache-server token list
tr-cache-server token revoke <id>

Every option is also read from the environment: TR_CACHE_DIR, TR_CACHE_PORT, ...; TR_CACHE_TOKEN is a first token.`;

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
  const [command = 'serve', ...rest] = args;
  try {
    if (command === 'token') runToken(rest, print);
    else if (['help', '--help', '-h'].includes(command)) print(USAGE);
    else if (command === 'serve' || command.startsWith('-')) {
      await runServe(command === 'serve' ? rest : args, { cwd, print });
      return 'serving';
    } else throw new UsageError(`There is no command \`${command}\`.\n\n${USAGE}`);
  } catch (error) {
    const message = toUsageMessage(error);
    if (message === undefined) throw error;
    process.stderr.write(`${message}\n`);
    process.exitCode = 2;
  }
  return 'ended';
}

/** What the one who started the server can put right; undefined for everything else. */
function toUsageMessage(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof Error && 'code' in error && 'syscall' in error && error.syscall === 'listen'))
    return undefined;
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

function runToken(args: readonly string[], print: (line: string) => void): void {
  const directory = resolve(process.env['TR_CACHE_DIR'] ?? 'tr-cache');
  const open = (path: string | undefined) =>
    openTokenFile(resolve(path ?? process.env['TR_CACHE_TOKENS_FILE'] ?? `${directory}/tokens.json`));
  runTokenCommand(args, { open, print, now: Date.now() });
}

async function runServe(
  args: readonly string[],
  { cwd, print }: { readonly cwd: string; readonly print: (line: string) => void },
): Promise<void> {
  const request = parseServeRequest(args, process.env, cwd);
  // A log that nobody reads any more is no reason to stop serving.
  process.stdout.on('error', () => {});
  const server = await serve(request, { log: print, print, now: Date.now });
  let isClosing = false;
  const stop = (): void => {
    // A second signal ends it at once.
    if (isClosing) process.exit(130);
    isClosing = true;
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
