/**
 * The composition root: reads the process's surroundings once, finds the command, and turns every way it can end into an
 * exit code. Nothing below `commands/` prints or exits.
 */
import { errorCode, InvariantError, toError, type UsageFailure } from '@tr/model';
import type { CliContext } from './context.js';
import { executeRun } from './execute-run.js';
import { EXIT } from './exit-codes.js';
import { findDirectory } from './find-directory.js';
import { finishedRun, outcomesSeen } from './outcomes-seen.js';
import { startRecording, type RunRecording } from './recorded-run/record-run.js';
import { readPlainRunFlags } from './run-flags.js';
import {
  createStandardOutput,
  createTerminalOutput,
  findLostOutput,
  hasPendingOutput,
  writeNow,
  type TerminalOutput,
} from './terminal.js';
import { VERSION } from './version.js';
import { refuse } from './with-project.js';

/**
 * Runs the command line and ends the process, at once unless last words are still on their way. A run that finds
 * everything in place is recorded in the file `record`; see recorded-run/repeat-run.ts.
 */
export async function main(args: readonly string[], record?: string): Promise<void> {
  const recording = record === undefined ? undefined : startRecording(record, readEnvironment());
  const split = splitArguments(args);
  const directory = findDirectory(split.cwd);
  const context = createContext(directory.ok ? directory.value : '/', split, recording);
  // What is thrown where nobody waits for it is a bug like any other; Node's own exit code would pass for that of a task.
  process.once('uncaughtException', (error) => process.exit(reportError(error, context)));
  try {
    process.exitCode = directory.ok
      ? await runCommand(split.own, context)
      : refuse(context, [toError(directory.failure)]);
  } catch (error) {
    process.exitCode = reportError(error, context);
  }
  const lost = process.exitCode === EXIT.ok ? findLostOutput() : undefined;
  // What tasks print lies in their logs as well.
  if (lost !== undefined && finishedRun === undefined) {
    refuse(context, [toError({ code: 'usage/output-lost', detail: lost })]);
    process.exitCode = EXIT.failed;
  }
  recording?.finish(process.exitCode);
  // Taking the heap apart in good order costs a run over 100 packages 12 ms of CPU.
  if (!hasPendingOutput()) process.exit();
}

/** What this process has done so far; see outcomes-seen.ts. */
export function kindsOfWork(): ReadonlySet<string> {
  return outcomesSeen;
}

async function runCommand(args: readonly string[], context: CliContext): Promise<number> {
  const flags = args[0] === 'run' ? readPlainRunFlags(args.slice(1)) : undefined;
  if (flags !== undefined) return executeRun(flags, context);
  const { runCommandLine } = await import('./command-line.js');
  return runCommandLine(args, context);
}

function createContext(
  cwd: string,
  { colors, passThrough }: SplitArguments,
  recording: RunRecording | undefined,
): CliContext {
  let err: TerminalOutput | undefined;
  // The convention's own words, so that there is one place that decides.
  const environment = recording?.environment ?? readEnvironment();
  // Of the commit whose hook has called us: in a submodule, or in any other repository, it is the wrong index.
  delete process.env['GIT_INDEX_FILE'];
  const env = colors === undefined ? environment : { ...environment, FORCE_COLOR: colors ? '1' : '0' };
  const out = createStandardOutput(env);
  return {
    cwd,
    environment,
    out: recording?.listen(out) ?? out,
    // Opened when there is something to say: that takes a millisecond.
    get err() {
      recording?.giveUp();
      return (err ??= createTerminalOutput(process.stderr, env));
    },
    passThrough,
  };
}

interface SplitArguments {
  readonly own: readonly string[];
  /** Empty when `--cwd` has no value. */
  readonly cwd: string | undefined;
  /** What was asked for; undefined = what the output can do. */
  readonly colors: boolean | undefined;
  readonly passThrough: readonly string[];
}

/** Takes `--cwd`, `--color` and `--no-color` out wherever they stand, and sets apart what follows the first `--`. */
function splitArguments(args: readonly string[]): SplitArguments {
  const end = args.indexOf('--');
  const before = end === -1 ? args : args.slice(0, end);
  const own: string[] = [];
  let cwd: string | undefined;
  let colors: boolean | undefined;
  for (let at = 0; at < before.length; at++) {
    const arg = before[at] ?? '';
    if (arg === '--cwd') cwd = before[at + 1]?.startsWith('-') === false ? before[++at] : '';
    else if (arg.startsWith('--cwd=')) cwd = arg.slice('--cwd='.length);
    else if (arg === '--color' || arg === '--no-color') colors = arg === '--color';
    else own.push(arg);
  }
  return { own, cwd, colors, passThrough: end === -1 ? [] : args.slice(end + 1) };
}

function readEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Everything that is thrown is a bug of ours, but for what any call may meet: a limit, and files of somebody else. */
function reportError(error: unknown, context: CliContext): number {
  const code = errorCode(error);
  if (code === 'EMFILE' || code === 'ENFILE') {
    refuse(context, [toError({ code: 'usage/too-many-open-files', detail: code })]);
    return EXIT.failed;
  }
  if (code === 'EACCES' && error instanceof Error && 'permission' in error)
    return refuse(context, [toError({ code: 'usage/node-permission', permission: String(error.permission) })]);
  if ((code === 'EACCES' || code === 'EPERM') && error instanceof Error && 'path' in error) {
    const failure: UsageFailure = { code: 'usage/not-permitted', path: String(error.path), detail: code };
    return refuse(context, [toError(failure)]);
  }
  if (error instanceof Error && error.name === 'ReplacedProgramError') {
    writeNow(2, `tr ${VERSION}: ${error.message}.\n  next: Call again; if that says the same, install it again.\n`);
    return EXIT.failed;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const kind = error instanceof InvariantError ? 'a broken assumption' : 'an unexpected error';
  writeNow(2, `tr ${VERSION}: ${kind}; please report this with the lines below.\n${detail}\n`);
  return EXIT.internal;
}
