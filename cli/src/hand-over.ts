/**
 * `tr` is a POSIX tool too, and npm puts our `tr` first in PATH: a call that is not ours goes to the next `tr` there.
 */
import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { isTurborepoCommand } from './command-names.js';

/** Directories already tried, for shims that start us again under another path. */
const TRIED = 'TR_HAND_OVER_TRIED';
const FORWARDED: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];

/** Replaces this call by the next `tr` in PATH: same stdin, stdout, stderr, signals and exit code. */
export function handOver(args: readonly string[]): void {
  const tried = (process.env[TRIED] ?? '').split(delimiter).filter(Boolean);
  const found = findNextTr(process.env.PATH ?? '', tried);
  if (found === undefined) {
    process.stderr.write(
      `tr: "${args[0] ?? ''}" is not a command of the task runner, and no other tr is in PATH. See "tr --help".\n`,
    );
    process.exitCode = 2;
    return;
  }
  if (tried.length === 0 && isLikelyMeantForUs(args[0])) {
    process.stderr.write(
      `tr: ${args[0] ?? ''} is no command of the task runner, so this is the POSIX tr. ${suggest(args)}\n`,
    );
  }
  const env = { ...process.env, [TRIED]: [...tried, found.directory].join(delimiter) };
  // Node has exec from 22.15 on.
  const { execve } = process as { execve?: (file: string, args: readonly string[], env: NodeJS.ProcessEnv) => never };
  if (execve === undefined || isText(found.file)) runAsChild(found.file, args, env);
  else execve.call(process, found.file, ['tr', ...args], env);
}

/** A script: without a first line that names its interpreter the system refuses it, and `execve` then ends this process. */
function isText(path: string): boolean {
  try {
    const file = openSync(path, 'r');
    const first = Buffer.alloc(1);
    readSync(file, first);
    closeSync(file);
    return first.readUInt8() < 0x7f;
  } catch {
    // It may be executed, and not read.
    return false;
  }
}

function suggest(args: readonly string[]): string {
  const [first = ''] = args;
  if (first === 'help') return '`tr --help` lists the commands.';
  if (isTurborepoCommand(first)) return `\`turbo ${first}\` has no counterpart: see docs/turborepo.md.`;
  return `Was \`tr run ${args.join(' ')}\` meant?`;
}

/**
 * Whether somebody typed `tr build`: a word that is no range such as `a-z`, and an input that is a terminal or nothing at all,
 * where the POSIX `tr` has nothing to translate.
 */
function isLikelyMeantForUs(first: string | undefined): boolean {
  if (first === undefined || !/^[a-z][\w:@/.-]+$/i.test(first) || /^.-.$/.test(first)) return false;
  try {
    return fstatSync(0).isCharacterDevice();
  } catch {
    return false;
  }
}

function findNextTr(
  path: string,
  tried: readonly string[],
): { readonly file: string; readonly directory: string } | undefined {
  const own = realpathSync(process.argv[1] ?? '');
  for (const entry of path.split(delimiter)) {
    const directory = resolve(entry === '' ? '.' : entry);
    const file = join(directory, process.platform === 'win32' ? 'tr.exe' : 'tr');
    if (!tried.includes(directory) && isExecutableFile(file) && realpathSync(file) !== own) return { file, directory };
  }
  return undefined;
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function runAsChild(file: string, args: readonly string[], env: NodeJS.ProcessEnv): void {
  const child = spawn(file, args, { argv0: 'tr', stdio: 'inherit', env });
  // A signal from the terminal reaches the child by itself; one sent to us alone must be passed on. Twice does no harm.
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`tr: ${file}: ${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 0);
    // Die of the same signal, as the caller would see it from the child.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
