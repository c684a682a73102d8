import { Command, Option } from 'clipanion';
import type { RunFlags } from '../run-flags.js';
import { executeRun } from '../execute-run.js';
import { ProjectCommand } from './project-command.js';

/** `tr run`: run tasks, or say what would run. Flags and their meaning are Turborepo's. */
export class RunCommand extends ProjectCommand implements RunFlags {
  static override paths = [['run']];
  static override usage = Command.Usage({
    description: 'Run tasks in dependency order, restoring from the cache what is known already.',
    details: `
      A task is named \`build\` (in every selected package) or \`web#build\`. What follows \`--\` is passed to the scripts
      of the named tasks.

      Exit codes: 0 when all is well, the code of a failed task, 2 for wrong usage or configuration, 130 after Ctrl-C.
    `,
    examples: [
      ['Build and test everything', 'tr run build test'],
      ['One package and what it depends on', 'tr run build --filter=web...'],
      ['What changed since the base branch', 'tr run test --affected'],
      ['What would run, and what is stored already', 'tr run build --dry'],
      ['Arguments for the scripts', 'tr run test -- --watch=false'],
    ],
  });

  tasks = Option.Rest({ name: 'task' });
  filters = Option.Array('--filter,-F', [], {
    description: 'Only the packages a filter selects; see docs/filters.md.',
  });
  affected = Option.Boolean('--affected', false, {
    description: 'Only what changed since the base branch, and its dependents.',
  });
  only = Option.Boolean('--only', false, { description: 'Only the named tasks, without their dependencies.' });
  parallel = Option.Boolean('--parallel', false, {
    description: 'Ignore the order of dependencies, but of states of services.',
  });
  concurrency = Option.String('--concurrency', {
    description: 'Tasks at once: a number or a percentage of the cores.',
  });
  continueMode = Option.String('--continue', {
    tolerateBoolean: true,
    description: 'After a failure: `never`, `dependencies-successful` or `always`.',
  });
  force = Option.String('--force', {
    tolerateBoolean: true,
    description: 'Execute everything, whatever the cache has.',
  });
  noCache = Option.Boolean('--no-cache', false, { description: 'Store nothing.' });
  cache = Option.String('--cache', {
    description: 'What may be read and written; `local:rw,remote:rw` is all.',
  });
  remoteReadOnly = Option.String('--remote-cache-read-only', {
    tolerateBoolean: true,
    description: 'Send nothing to the remote cache.',
  });
  remoteOnly = Option.String('--remote-only', {
    tolerateBoolean: true,
    description: 'Neither read nor write the local cache.',
  });
  cacheDir = Option.String('--cache-dir', { description: 'Where results are stored.' });
  dry = Option.String('--dry,--dry-run', {
    tolerateBoolean: true,
    description: 'Say what would run and whether it is cached, as `text` or `json`.',
  });
  outputLogs = Option.String('--output-logs', {
    description: 'Logs to show: `full`, `hash-only`, `new-only`, `errors-only` or `none`.',
  });
  logOrder = Option.String('--log-order', {
    description: 'Lines as they come (`stream`), task by task (`grouped`), or `auto`.',
  });
  logPrefix = Option.String('--log-prefix', {
    description: 'What stands before each line: the `task`, `none`, or `auto`.',
  });
  logFormat = Option.String('--log-format', { description: '`text`, or `json` for one event a line.' });
  envMode = Option.String('--env-mode', {
    tolerateBoolean: true,
    description: 'Variables that tasks see: those configured (`strict`) or all (`loose`).',
  });
  frameworkInference = Option.String('--framework-inference', {
    tolerateBoolean: true,
    description: 'Count the variables of detected frameworks: `true` (default) or `false`.',
  });
  globalDeps = Option.Array('--global-deps', [], {
    description: 'More files that every task depends on, as `globalDependencies`.',
  });
  singlePackage = Option.Boolean('--single-package', false, {
    description: 'Take the repository for one package, whatever workspaces it has.',
  });
  rootTurboJson = Option.String('--root-turbo-json', {
    description: 'Another root configuration than the one at the root.',
  });

  override execute(): Promise<number> {
    return executeRun(this, this.context);
  }
}
