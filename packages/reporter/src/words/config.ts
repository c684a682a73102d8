import type { ConfigFailure, SourcePosition } from '@tr/model';
import {
  describeFormat,
  describeGlobProblem,
  describeReferenceProblem,
  describeRightType,
  describeVariableProblem,
  spaced,
} from './config-problems.js';
import { didYouMean, quoted, type Words } from './words.js';

/** Where the reference of every key is. */
const REFERENCE = 'See docs/configuration.md for what each key takes.';
const OWN_FILE = '`turbo-like.config.json`';

/** Words for trouble in a configuration file. */
// One case per code: the length is the number of codes.
export function describeConfigFailure(failure: ConfigFailure): Words {
  switch (failure.code) {
    case 'config/not-found':
      return {
        what: `There is no configuration in ${quoted(failure.directory)}: none of ${list(failure.names)} is there.`,
        next: `Create ${OWN_FILE}, such as \`{ "tasks": { "build": {} } }\`, or name the root of the workspace with \`--cwd\`.`,
      };
    case 'config/unreadable':
      return {
        what: `${quoted(failure.file)} cannot be read (${failure.detail}).`,
        next: 'Make it a file that you may read.',
      };
    case 'config/two-files':
      return {
        what: `Both ${quoted(failure.files[0])} and ${quoted(failure.files[1])} are there, and only one can count.`,
        next: 'Remove one of them.',
      };
    case 'config/syntax':
      return { what: `This is not valid JSON (${spaced(failure.detail)}).`, next: syntaxHint(failure.detail) };
    case 'config/unknown-key':
      return {
        what: `There is no key ${quoted(failure.key)} here; it has no effect.`,
        next: didYouMean(failure.nearest, failure.known.length === 0 ? REFERENCE : `There are ${list(failure.known)}.`),
      };
    case 'config/reserved-key':
      return {
        what: `The key ${quoted(failure.key)} is reserved for a later version and does nothing yet.`,
        next: 'Remove it for now.',
      };
    case 'config/misplaced-key':
      return describeMisplacedKey(failure.key, failure.belongs);
    case 'config/renamed-key':
      return {
        what: `The key ${quoted(failure.key)} is called ${quoted(failure.replacement)}.`,
        // Alone, they would be all that decides.
        next: `Move its value to ${quoted(failure.replacement)}${failure.replacement === 'inputs' ? ', beside `$TURBO_DEFAULT$`' : ''}.`,
      };
    case 'config/missing-flag':
      return {
        what: `The key ${quoted(failure.key)} counts only with the future flag ${quoted(failure.flag)}.`,
        next: `Add \`"futureFlags": { "${failure.flag}": true }\`.`,
      };
    case 'config/missing-key':
      return {
        what: `The key ${quoted(failure.key)} is missing.`,
        next: `Add ${quoted(failure.key)} here; docs/configuration.md says what it takes.`,
      };
    case 'config/duplicate-key':
      return {
        what: `The key ${quoted(failure.key)} is here twice (first at ${place(failure.first)}); only the last one counts.`,
        next: 'Merge the two.',
      };
    case 'config/wrong-type':
      return {
        what: `${subject(failure.key)} must be ${alternatives(failure.expected)}, not ${article(failure.found)}.`,
        next: describeRightType(failure.expected, failure.found) ?? REFERENCE,
      };
    case 'config/invalid-value':
      return {
        what: `${subject(failure.key)} cannot be ${quoted(failure.value)}.`,
        next: didYouMean(failure.nearest, `It takes ${list(failure.allowed)}.`),
      };
    case 'config/invalid-format':
      return {
        what: `${subject(failure.key)} cannot be ${quoted(failure.value)}.`,
        next: describeFormat(failure.format, failure.minimum),
      };
    case 'config/invalid-glob':
      return describeGlobProblem(failure.key, failure.glob, failure.problem);
    case 'config/invalid-variable':
      return describeVariableProblem(failure.key, failure.value, failure.problem);
    case 'config/invalid-reference':
      return describeReferenceProblem(failure.key, failure.value, failure.problem);
    case 'config/misplaced-marker':
      return {
        what: `${quoted(failure.marker)} has no meaning in ${quoted(failure.key)} here.`,
        next:
          failure.marker === '$TURBO_DEFAULT$'
            ? 'It is an entry of `inputs`, without `!`.'
            : 'It stands for inherited entries, in a list of a task in the configuration of a package.',
      };
    case 'config/invalid-task-name':
      return { what: `${quoted(failure.key)} names no task.`, next: 'Write `task`, `package#task` or `//#task`.' };
    case 'config/missing-extends':
      return {
        what: 'The configuration of a package has to say what it extends.',
        next: 'Add `"extends": ["//"]`.',
      };
    case 'config/invalid-extends':
      return describeInvalidExtends(failure);
    case 'config/extends-cycle':
      return {
        what: `Packages extend each other in a circle: ${failure.packages.map(quoted).join(' -> ')}.`,
        next: 'Move what they share into a package of its own.',
      };
    case 'config/package-task-key':
      return {
        what: `${quoted(failure.key)} names a package, but this file is about its own package only.`,
        next: `Write ${quoted(failure.task)}, or move the task to the root configuration.`,
      };
    case 'config/package-task-in-single':
      return {
        what: `${quoted(failure.key)} names a package, but this repository is a single package.`,
        next: `Write ${quoted(failure.task)}.`,
      };
    case 'config/unknown-package':
      return {
        what: `${quoted(failure.key)} has no effect: there is no package ${quoted(failure.package)}.`,
        next: didYouMean(failure.nearest, '`tr ls` lists the packages.'),
      };
    case 'config/conflicting-keys':
      return describeConflict(failure.keys, failure.problem);
    case 'config/unknown-service':
      return {
        what: `There is no service ${quoted(failure.service)}.`,
        next: didYouMean(failure.nearest, 'Add it to `services` of the root configuration.'),
      };
    case 'config/same-variables':
      return {
        what: `The services ${quoted(failure.services[0])} and ${quoted(failure.services[1])} of this task would both set ${quoted(failure.variable)}.`,
        next: 'Give one of them variables of its own with `env`.',
      };
  }
}

function describeMisplacedKey(key: string, belongs: 'root' | 'package' | 'own-file'): Words {
  switch (belongs) {
    case 'root':
      return {
        what: `The key ${quoted(key)} belongs to the root configuration, not to that of a package.`,
        next: 'Move it there.',
      };
    case 'package':
      return {
        what: `The key ${quoted(key)} belongs to the configuration of a package, not to the root's.`,
        next: 'Remove it here.',
      };
    case 'own-file':
      return {
        what: `The key ${quoted(key)} is none of Turborepo's and has no effect in this file.`,
        next: `Rename the file to ${OWN_FILE}, which takes every key of both.`,
      };
  }
}

function describeInvalidExtends(failure: Extract<ConfigFailure, { readonly code: 'config/invalid-extends' }>): Words {
  const name = quoted(failure.name);
  switch (failure.problem) {
    case 'root-not-first':
      return { what: `\`extends\` begins with ${name} instead of the root.`, next: 'Begin with `"//"`.' };
    case 'unknown-package':
      return {
        what: `\`extends\` names ${name}, which is no package.`,
        next: didYouMean(failure.nearest, '`tr ls` lists the packages.'),
      };
    case 'no-config':
      return {
        what: `\`extends\` names ${name}, which has no configuration of its own.`,
        next: 'Remove the name, or add a configuration to that package.',
      };
  }
}

type ConflictProblem = Extract<ConfigFailure, { readonly code: 'config/conflicting-keys' }>['problem'];

function describeConflict([first, second]: readonly [string, string], problem: ConflictProblem): Words {
  switch (problem) {
    case 'interactive-cached':
      return {
        what: 'An interactive task cannot be cached: what is typed is no input we know.',
        next: 'Add `"cache": false`.',
      };
    case 'interruptible-not-persistent':
      return { what: 'Only a persistent task can be interruptible.', next: 'Add `"persistent": true`.' };
    case 'from-needs-outputs':
      return {
        what: '`from` names dependencies, which count only with `"mode": "dependencyOutputs"`.',
        next: 'Remove `from`, or change the mode.',
      };
    case 'no-defaults':
      return {
        what: 'Outputs of dependencies have no defaults: `withDefaults` is for inputs of the package itself.',
        next: 'Remove `withDefaults`, or change the mode.',
      };
    case 'command-of-engine':
      return {
        what: 'An engine that is known by name is not started by a command of yours.',
        next: 'Remove `command`, or set `"type": "command"`.',
      };
    case 'scheme-of-redis':
      return {
        what: '`scheme` is for databases: the address of a Redis always begins with `redis`.',
        next: 'Remove `scheme`.',
      };
    case 'same-meaning':
      return { what: `${quoted(first)} and ${quoted(second)} say the same thing.`, next: 'Remove one of them.' };
  }
}

/** Hints for the slips people make most. */
function syntaxHint(detail: string): string {
  if (detail === 'CommaExpected') return 'Is a comma missing before this?';
  if (detail === 'ValueExpected')
    return 'Is a value missing here? A file without any needs at least `{ "tasks": {} }`.';
  if (/^Close.*Expected$/.test(detail)) return 'Is a closing brace or bracket missing before this?';
  if (detail.endsWith('Expected')) return 'Is a quote, a colon or a bracket missing before this?';
  return 'Comments and trailing commas are fine; names and texts need double quotes.';
}

function subject(key: string): string {
  return key === '' ? 'The file' : quoted(key);
}

function list(names: readonly string[]): string {
  return names.map(quoted).join(', ');
}

function alternatives(types: readonly string[]): string {
  return types.map(article).join(' or ');
}

function article(type: string): string {
  if (type === 'null') return 'null';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function place({ file, line, column }: SourcePosition): string {
  return `${file}:${line}:${column}`;
}
