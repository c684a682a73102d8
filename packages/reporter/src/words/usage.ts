import type { UsageFailure } from '@tr/model';
import { didYouMean, TOO_MANY_FILES, type Words } from './words.js';

const NO_SERVICE = 'Name a cache with `remoteCache.url` or TR_REMOTE_URL, a token in TR_TOKEN: docs/remote-cache.md.';
const NOTHING_THERE = 'There is none, so that nothing has to be said about it: leave it out.';
const ASK_DRY_RUN = '`tr ls --output=json` has the packages, `tr run <task> --dry=json` the tasks and their edges.';

/** What does the work of a command of Turborepo. */
const INSTEAD_OF_COMMAND: Readonly<Record<string, string>> = {
  bin: '`node_modules/.bin/taskrun` is where it is.',
  boundaries:
    'A rule of the linter can say which package may import which; `tr ls <package>` lists who depends on whom.',
  config: '`tr ls` and `tr run <task> --dry=json` show what the configuration came to.',
  daemon: NOTHING_THERE,
  devtools: ASK_DRY_RUN,
  gen: 'Generators work without a runner: `npx @turbo/gen`, plop or hygen.',
  generate: 'Generators work without a runner: `npx @turbo/gen`, plop or hygen.',
  info: '`tr --version`, `tr ls` and `tr cache status` say what there is.',
  link: NO_SERVICE,
  login: NO_SERVICE,
  logout: NO_SERVICE,
  prune:
    '`tr ls --filter=<package>... --output=json` lists the packages to copy; `pnpm deploy` makes a directory of one.',
  query: ASK_DRY_RUN,
  telemetry: NOTHING_THERE,
  unlink: NO_SERVICE,
  watch:
    'Let a watcher start `tr run`, such as `watchexec -- taskrun run <task>`: what did not change is not run again.',
};

/** What says the same as a flag of Turborepo. */
const INSTEAD_OF_OPTION: Readonly<Record<string, string>> = {
  '--graph': '`tr run <task> --dry=json` has the tasks and their edges.',
  '--summarize': '`--dry=json` has what would run and its keys, `--log-format=json` what happened.',
  '--json': '`--log-format=json` prints what happens as JSON, one event a line.',
};

/** Words for a command line that cannot be understood. */
export function describeUsageFailure(failure: UsageFailure): Words {
  switch (failure.code) {
    case 'usage/invalid-option':
      return {
        what: `\`${failure.option}\` cannot be \`${failure.value}\`.`,
        next: `It takes ${failure.expected}.`,
      };
    case 'usage/unknown-option':
      return {
        what: `There is no option \`${failure.option}\`.`,
        next: didYouMean(
          failure.nearest,
          '`tr <command> --help` lists what there is; arguments for the command of a task come after `--`.',
        ),
      };
    case 'usage/missing-value':
      return { what: `\`${failure.option}\` needs a value.`, next: `It takes ${failure.expected}.` };
    case 'usage/unknown-command':
      return {
        what: `There is no command \`${failure.command}\`.`,
        next: nameACommand(failure),
      };
    case 'usage/incomplete-command':
      return {
        what: `\`tr ${failure.command}\` needs one more word.`,
        next: `Write ${listCommands(failure.available)}.`,
      };
    case 'usage/unsupported-command':
      return {
        what: `There is no counterpart of \`turbo ${failure.command}\`.`,
        next: INSTEAD_OF_COMMAND[failure.command] ?? 'docs/turborepo.md says what is there.',
      };
    case 'usage/unsupported-option':
      return {
        what: `\`${failure.option}\` of Turborepo is not there yet.`,
        next: INSTEAD_OF_OPTION[failure.option] ?? 'Leave it out. docs/turborepo.md lists what is missing.',
      };
    case 'usage/missing-task':
      return { what: 'No task is named.', next: nameATask(failure.available) };
    case 'usage/conflicting-options':
      return {
        what: `\`${failure.first}\` and \`${failure.second}\` cannot be used together.`,
        next: 'Leave one of them out.',
      };
    case 'usage/unexpected-argument':
      return {
        what: `Unexpected argument \`${failure.argument}\`.`,
        next: '`tr --help` lists what there is; arguments for the command of a task come after `--`.',
      };
    case 'usage/unknown-service':
      return {
        what: `There is no service \`${failure.service}\`.`,
        next: didYouMean(
          failure.nearest,
          `\`services\` of the root configuration has ${failure.known.map((name) => `\`${name}\``).join(', ')}.`,
        ),
      };
    case 'usage/no-services':
      return {
        what: 'The configuration has no services.',
        next: 'Add one to the root configuration, such as `"services": { "db": { "type": "postgres" } }`; docs/databases.md says more.',
      };
    case 'usage/no-service-runs':
      return {
        what:
          failure.services.length === 0
            ? 'No service runs.'
            : `${failure.services.map((name) => `\`${name}\``).join(' and ')} ${failure.services.length === 1 ? 'does' : 'do'} not run.`,
        next: `\`${['tr services up', ...failure.services].join(' ')}\` starts ${failure.services.length === 1 ? 'it' : 'them'}.`,
      };
    case 'usage/not-installed':
      return {
        what: `\`${failure.command}\` is not installed here: the package \`${failure.package}\` is missing.`,
        next: 'Take the package `taskrun`, which has it: see docs/setup.md.',
      };
    case 'usage/too-many-open-files':
      return { what: `The limit for open files was met (${failure.detail}).`, next: TOO_MANY_FILES };
    case 'usage/not-permitted':
      return {
        what: `\`${failure.path}\` may not be read or written by this user (${failure.detail}).`,
        next: 'Look who owns it, often `sudo` or a container: `chown` it, or make it readable.',
      };
    case 'usage/output-lost':
      return {
        what: `Standard output could not be written whole (${failure.detail}).`,
        next: 'Free space where it goes, and call again.',
      };
    case 'usage/node-permission':
      return {
        what: `Node's permission model does not allow \`${failure.permission}\`.`,
        next: '`tr` starts processes, and reads and writes the workspace: leave `--permission` out, for instance of `NODE_OPTIONS`.',
      };
    case 'usage/no-current-directory':
      if (failure.path !== undefined) {
        return {
          what: `The path of the current directory, \`${failure.path}\`, is not valid UTF-8.`,
          next: 'Rename it: Node cannot name what lies there.',
        };
      }
      return {
        what: 'The current directory is no longer there.',
        next: '`cd` to the workspace, also where it has been made anew under the same name.',
      };
    case 'usage/not-a-directory':
      return {
        what: `\`${failure.option}\` names \`${failure.path}\`, which is not a directory.`,
        next: 'Give the path of a directory that exists.',
      };
  }
}

type UnknownCommand = Extract<UsageFailure, { readonly code: 'usage/unknown-command' }>;

function nameACommand({ command, nearest, available }: UnknownCommand): string {
  const help = `\`tr run ${command}\` runs a task of that name; \`tr --help\` lists the commands.`;
  return didYouMean(nearest, available === undefined ? help : `There is ${listCommands(available)}.`);
}

function listCommands(commands: readonly string[]): string {
  const shown = commands.map((command) => `\`tr ${command}\``);
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

function nameATask(available: readonly string[]): string {
  if (available.length === 0) return 'The configuration defines no task yet: add one under `tasks`.';
  const shown = available.slice(0, 10).map((name) => `\`${name}\``);
  const more = available.length > shown.length ? ` and ${available.length - shown.length} more` : '';
  return `Name one or more of ${shown.join(', ')}${more}.`;
}
