/** Command lines in all their forms, read by clipanion: loaded when `run-flags.ts` cannot read one. */
import { findNearest, toError, type Failure } from '@tr/model';
import { Cli } from 'clipanion';
import { CacheExportCommand } from './commands/cache-export.js';
import { CacheGcCommand } from './commands/cache-gc.js';
import { CacheImportCommand } from './commands/cache-import.js';
import { CacheStatusCommand } from './commands/cache-status.js';
import { CacheVerifyCommand } from './commands/cache-verify.js';
import { LsCommand } from './commands/ls.js';
import type { CommandContext } from './commands/project-command.js';
import { RunCommand } from './commands/run.js';
import { ServicesDownCommand } from './commands/services-down.js';
import { ServicesEnvCommand } from './commands/services-env.js';
import { ServicesLogsCommand } from './commands/services-logs.js';
import { ServicesResetCommand } from './commands/services-reset.js';
import { ServicesStatusCommand } from './commands/services-status.js';
import { ServicesUpCommand } from './commands/services-up.js';
import { ServeCommand } from './commands/serve.js';
import { WhyCommand } from './commands/why.js';
import { isTurborepoCommand } from './command-names.js';
import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { renderCommandHelp, renderOverview } from './help.js';
import { OPTION_VALUES } from './option-values.js';
import { watchStream } from './terminal.js';
import { putCommandFirst, takeTurborepoFlags } from './turborepo-flags.js';
import { VERSION } from './version.js';
import { refuse, warn } from './with-project.js';

/** Every command, in the order of the help. */
export const COMMANDS = [
  RunCommand,
  WhyCommand,
  LsCommand,
  CacheStatusCommand,
  CacheGcCommand,
  CacheVerifyCommand,
  CacheExportCommand,
  CacheImportCommand,
  ServicesUpCommand,
  ServicesDownCommand,
  ServicesResetCommand,
  ServicesStatusCommand,
  ServicesEnvCommand,
  ServicesLogsCommand,
  ServeCommand,
];

/** Runs a command line without `--cwd` and what follows `--`; returns the exit code. */
export async function runCommandLine(typed: readonly string[], context: CliContext): Promise<number> {
  const ordered = putCommandFirst(typed);
  const { args, diagnostics } = ordered[0] === 'run' ? takeTurborepoFlags(ordered) : { args: ordered, diagnostics: [] };
  if (diagnostics.some(({ severity }) => severity === 'error')) return refuse(context, diagnostics);
  warn(context, diagnostics);
  const help = findHelp(args);
  if (help !== undefined) {
    context.out.write(help);
    return EXIT.ok;
  }
  try {
    const command = createCli(args[0]).process([...args], {
      ...Cli.defaultContext,
      stdout: watchStream(process.stdout),
      ...context,
    });
    return (await command.execute()) ?? EXIT.ok;
  } catch (error) {
    if (!(error instanceof Error && 'clipanion' in error)) throw error;
    const failure = findMistake(createCli(), args) ?? toUnexpected(args);
    return refuse(context, [toError(failure)]);
  }
}

/** The registry of commands; only of those that begin with `first` where there are any, since each takes its time. */
export function createCli(first?: string): Cli<CommandContext> {
  const cli = new Cli<CommandContext>({ binaryName: 'tr', binaryVersion: VERSION });
  const named = COMMANDS.filter(({ paths }) => paths.some(([word]) => word === first));
  for (const command of named.length > 0 ? named : COMMANDS) cli.register(command);
  return cli;
}

/** The help that is asked for: of every command, of those that begin with the words given, or of one. */
function findHelp(args: readonly string[]): string | undefined {
  if (args.length > 0 && !args.includes('--help') && !args.includes('-h')) return undefined;
  const words = args.filter((arg) => !arg.startsWith('-'));
  const all = createCli().definitions();
  const named = all.filter(({ path }) => isPrefix(path.split(' ').slice(1), words));
  const [only] = named;
  if (only !== undefined && named.length === 1) return renderCommandHelp(only);
  return renderOverview(VERSION, named.length > 0 ? named : all);
}

/** Whether the words name the command, or the beginning of its name. */
function isPrefix(path: readonly string[], words: readonly string[]): boolean {
  return path.every((word, at) => words[at] === undefined || words[at] === word);
}

/** The first thing that nobody knows or that lacks its value; clipanion would name the usage of all commands instead. */
function findMistake(cli: Cli<CommandContext>, args: readonly string[]): Failure | undefined {
  const [first = ''] = args;
  if (first.startsWith('-')) return { code: 'usage/unknown-option', option: first, nearest: undefined };
  const paths = cli.definitions().map(({ path }) => path.split(' ').slice(1));
  const begun = paths.filter(([word]) => word === first);
  if (begun.length === 0) {
    if (isTurborepoCommand(first)) return { code: 'usage/unsupported-command', command: first };
    return {
      code: 'usage/unknown-command',
      command: first,
      nearest: findNearest(
        first,
        paths.map(([word = '']) => word),
      ),
    };
  }
  const path = begun.find((candidate) => candidate.every((word, at) => args[at] === word));
  return path === undefined ? findCommandMistake(begun, args) : findOptionMistake(cli, path, args.slice(path.length));
}

function findCommandMistake(begun: readonly (readonly string[])[], [first = '', second]: readonly string[]): Failure {
  const available = begun.map((path) => path.join(' '));
  if (second === undefined || second.startsWith('-'))
    return { code: 'usage/incomplete-command', command: first, available };
  const command = `${first} ${second}`;
  const nearest = findNearest(
    second,
    begun.map(([, word = '']) => word),
  );
  if (nearest === undefined) return { code: 'usage/unknown-command', command, nearest, available };
  return { code: 'usage/unknown-command', command, nearest: `${first} ${nearest}` };
}

function findOptionMistake(
  cli: Cli<CommandContext>,
  path: readonly string[],
  args: readonly string[],
): Failure | undefined {
  const command = cli.definitions().find((definition) => definition.path === ['tr', ...path].join(' '));
  const definitions = (command?.options ?? []).map(({ definition }) => definition);
  const namesOf = (definition: string): readonly string[] => definition.replace(/ #\d+/g, '').split(',');
  const known = definitions.flatMap(namesOf);
  for (const [at, arg] of args.entries()) {
    if (!/^--?[a-z]/i.test(arg)) continue;
    const [option = arg] = arg.split('=', 1);
    const definition = definitions.find((each) => namesOf(each).some((name) => isOption(option, name)));
    // Every letter is near every other one.
    const nearest = definition === undefined && option.length > 2 ? findNearest(option, known) : undefined;
    if (definition === undefined) return { code: 'usage/unknown-option', option, nearest };
    if (option !== arg && OPTION_VALUES[option] === undefined && !isValued(definition)) {
      const value = arg.slice(option.length + 1);
      return { code: 'usage/invalid-option', option, value, expected: 'no value' };
    }
    const next = args[at + 1];
    if (isValued(definition) && option === arg && (next === undefined || next.startsWith('-'))) {
      const expected = namesOf(definition).flatMap((name) => OPTION_VALUES[name]?.expected ?? []);
      return { code: 'usage/missing-value', option, expected: expected[0] ?? 'a value' };
    }
  }
  return undefined;
}

const isValued = (definition: string): boolean => definition.includes('#');

/** Also `--no-x` of a switch, and `-Fweb`. */
function isOption(given: string, name: string): boolean {
  return given === name || given === name.replace(/^--/, '--no-') || (/^-[a-z]$/i.test(name) && given.startsWith(name));
}

/** Nothing else is left to be wrong. */
function toUnexpected(args: readonly string[]): Failure {
  return { code: 'usage/unexpected-argument', argument: args.at(-1) ?? '' };
}
