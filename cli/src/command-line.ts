/** Command lines in all their forms, read by clipanion: loaded when `run-flags.ts` cannot read one. */
import { findNearest, type Failure } from '@tr/model';
import { Builtins, Cli } from 'clipanion';
import { CacheGcCommand } from './commands/cache-gc.js';
import { CacheStatusCommand } from './commands/cache-status.js';
import { CacheVerifyCommand } from './commands/cache-verify.js';
import { LsCommand } from './commands/ls.js';
import type { CommandContext } from './commands/project-command.js';
import { RunCommand } from './commands/run.js';
import { WhyCommand } from './commands/why.js';
import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { writeNow } from './terminal.js';
import { VERSION } from './version.js';
import { refuse } from './with-project.js';

/** Every command, in the order of the help. */
export const COMMANDS = [RunCommand, WhyCommand, LsCommand, CacheStatusCommand, CacheGcCommand, CacheVerifyCommand];

/** Runs a command line without `--cwd` and what follows `--`; returns the exit code. */
export async function runCommandLine(args: readonly string[], context: CliContext): Promise<number> {
  try {
    const cli = createCli(args[0], context.out.colors);
    const command = cli.process([...args], { ...Cli.defaultContext, stdout: process.stdout, ...context });
    // The help asks it for the usage.
    command.cli = cli;
    return (await command.execute()) ?? EXIT.ok;
  } catch (error) {
    if (!(error instanceof Error && 'clipanion' in error)) throw error;
    const wrong = findUnknown(createCli(), args);
    if (wrong !== undefined) return refuse(context, [{ severity: 'error', failure: wrong }]);
    writeNow(2, `${error.message}\n`);
    return EXIT.usage;
  }
}

/** The registry of commands; only of those that begin with `first` where there are any, since each takes its time. */
export function createCli(first?: string, enableColors = false): Cli<CommandContext> {
  const cli = new Cli<CommandContext>({
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

/** The first command word or option that nobody knows; clipanion would name the usage of all commands instead. */
function findUnknown(cli: Cli<CommandContext>, args: readonly string[]): Failure | undefined {
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
