/**
 * The composition root: reads the process's surroundings once, finds the command, and turns every way it can end into an
 * exit code. Nothing below `commands/` prints or exits.
 */
import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { findNearest, InvariantError, type Failure } from '@tr/model';
import { renderDiagnostics } from '@tr/reporter';
import { Builtins, Cli } from 'clipanion';
import { CacheGcCommand } from './commands/cache-gc.js';
import { CacheStatusCommand } from './commands/cache-status.js';
import { CacheVerifyCommand } from './commands/cache-verify.js';
import { LsCommand } from './commands/ls.js';
import { RunCommand } from './commands/run.js';
import { WhyCommand } from './commands/why.js';
import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { createTerminalOutput, writeNow } from './terminal.js';
import { VERSION } from './version.js';

/** Every command, in the order of the help. */
export const COMMANDS = [RunCommand, WhyCommand, LsCommand, CacheStatusCommand, CacheGcCommand, CacheVerifyCommand];

/** Runs the command line and sets the exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const split = splitArguments(args);
  const err = createTerminalOutput(process.stderr, process.env);
  const report = (failure: Failure): void => {
    err.write(renderDiagnostics([{ severity: 'error', failure }], { colors: err.colors }));
    process.exitCode = EXIT.usage;
  };
  const cwd = resolve(split.cwd ?? '.');
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return report({ code: 'usage/not-a-directory', option: '--cwd', path: cwd });
  }
  const out = createTerminalOutput(process.stdout, process.env);
  const context: CliContext = {
    ...Cli.defaultContext,
    stdout: process.stdout,
    cwd: realpathSync(cwd),
    environment: readEnvironment(),
    out,
    err,
    passThrough: split.passThrough,
  };
  try {
    const cli = createCli(split.own[0], out.colors);
    const command = cli.process([...split.own], context);
    // The help asks it for the usage.
    command.cli = cli;
    process.exitCode = (await command.execute()) ?? EXIT.ok;
  } catch (error) {
    const wrong = isUsageError(error) ? findUnknown(createCli(), split.own) : undefined;
    if (wrong !== undefined) return report(wrong);
    process.exitCode = reportError(error);
  }
}

/** The registry of commands; only of those that begin with `first` where there are any, since each takes its time. */
export function createCli(first?: string, enableColors = false): Cli<CliContext> {
  const cli = new Cli<CliContext>({
    binaryLabel: 'tr, a task runner for monorepos',
    binaryName: 'tr',
    binaryVersion: VERSION,
    enableColors,
  });
  const named = COMMANDS.filter(({ paths }) => paths.some(([word]) => word === first));
  for (const command of named.length > 0 ? named : COMMANDS) cli.register(command);
  cli.register(Builtins.HelpCommand);
  return cli;
}

interface SplitArguments {
  readonly own: readonly string[];
  readonly cwd: string | undefined;
  readonly passThrough: readonly string[];
}

/** Takes `--cwd` out wherever it stands, and sets apart what follows the first `--`. */
function splitArguments(args: readonly string[]): SplitArguments {
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  const own: string[] = [];
  let cwd: string | undefined;
  for (let at = 0; at < before.length; at++) {
    const arg = before[at] ?? '';
    if (arg === '--cwd') cwd = before[++at];
    else if (arg.startsWith('--cwd=')) cwd = arg.slice('--cwd='.length);
    else own.push(arg);
  }
  return { own, cwd, passThrough: end === -1 ? [] : args.slice(end + 1) };
}

function readEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** The first command word or option that nobody knows; clipanion would name the usage of all commands instead. */
function findUnknown(cli: Cli<CliContext>, args: readonly string[]): Failure | undefined {
  const [first] = args;
  if (first === undefined || first.startsWith('-')) return undefined;
  const definitions = cli.definitions().filter(({ path }) => path.split(' ')[1] === first);
  if (definitions.length === 0) {
    const names = cli.definitions().map(({ path }) => path.split(' ')[1] ?? '');
    return { code: 'usage/unknown-command', command: first, nearest: findNearest(first, names) };
  }
  const known = definitions.flatMap(({ options }) =>
    options.flatMap(({ definition }) => definition.match(/--?[a-z][\w-]*/gi) ?? []),
  );
  const options = new Set([...known, ...known.map((name) => name.replace(/^--/, '--no-')), '--help', '-h']);
  const unknown = args.find((arg) => arg.startsWith('--') && !options.has(arg.split('=', 1)[0] ?? arg));
  if (unknown === undefined) return undefined;
  const option = unknown.split('=', 1)[0] ?? unknown;
  return { code: 'usage/unknown-option', option, nearest: findNearest(option, options) };
}

function isUsageError(error: unknown): error is Error {
  return error instanceof Error && 'clipanion' in error;
}

/** Usage errors of clipanion are the user's; everything else that is thrown is a bug of ours. */
function reportError(error: unknown): number {
  if (isUsageError(error)) {
    writeNow(2, `${error.message}\n`);
    return EXIT.usage;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kind = error instanceof InvariantError ? 'a broken assumption' : 'an unexpected error';
  writeNow(2, `tr ${VERSION}: ${kind}; please report this with the lines below.\n${detail}\n`);
  return EXIT.internal;
}
