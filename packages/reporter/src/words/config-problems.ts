import type { ConfigFormat, GlobProblem, ReferenceProblem, VariableProblem } from '@tr/model';
import { quoted, type Words } from './words.js';

/** Keys of globs that start at the root already. */
const ROOT_GLOBS: ReadonlySet<string> = new Set(['globalDependencies', 'packages']);

/** How to write a value whose type is wrong; undefined when nothing simple can be said. */
export function describeRightType(expected: readonly string[], found: string): string | undefined {
  const [type] = expected;
  if (expected.length !== 1) return undefined;
  if (type === 'array') return found === 'string' ? 'Write it as a list: `["…"]`.' : 'Write a list: `[…]`.';
  if (type === 'object') return 'Write an object: `{ … }`.';
  if (type === 'boolean')
    return found === 'string' ? 'Write `true` or `false`, without quotes.' : 'Write `true` or `false`.';
  if (type === 'string')
    return found === 'array' ? 'Write a single text, without brackets.' : 'Write a text, in double quotes.';
  return found === 'string' ? 'Write the number without quotes.' : 'Write a whole number.';
}

/** What is wrong with a glob of the key `key`, and what to write instead. */
export function describeGlobProblem(key: string, glob: string, problem: GlobProblem): Words {
  const entry = `${quoted(glob)} in ${quoted(key)}`;
  switch (problem) {
    case 'empty':
      return { what: `An entry of ${quoted(key)} is empty and matches nothing.`, next: 'Remove it.' };
    case 'absolute':
      return {
        what: `${entry} is an absolute path, which differs from machine to machine.`,
        next: ROOT_GLOBS.has(key)
          ? 'Write it relative to the root of the workspace.'
          : 'Write it relative to the package, or begin with `$TURBO_ROOT$/` for the root of the workspace.',
      };
    case 'backslash':
      return {
        what: `${entry} has a backslash that escapes nothing.`,
        next: `Separate directories with a slash: ${quoted(glob.replaceAll('\\', '/'))}.`,
      };
    case 'outside-workspace':
      return {
        what: `${entry} leaves the workspace, and nothing out there is stored, restored or taken for a package.`,
        next: 'Use fewer `..`, or move the files inside.',
      };
    case 'root-not-first':
      return {
        what: `${entry} has \`$TURBO_ROOT$\` in the middle.`,
        next: 'It stands for the root only at the start of a glob.',
      };
    case 'root-without-slash':
      return {
        what: `${entry} has no slash after \`$TURBO_ROOT$\`.`,
        next: 'Write `$TURBO_ROOT$/` and a path from the root.',
      };
    case 'costly':
      return {
        what: `${entry} has so many stars, groups or braces that comparing a path with it could take minutes.`,
        next: 'Write it with fewer of them in a name, or as several globs.',
      };
    case 'variable':
      return {
        what: `${entry} begins with \`$\`, but variables are not replaced in globs.`,
        next: 'Name the files themselves: these globs start at the root of the workspace already.',
      };
  }
}

/** What is wrong with the name of a variable. */
export function describeVariableProblem(key: string, value: string, problem: VariableProblem): Words {
  switch (problem) {
    case 'empty':
      return { what: `An entry of ${quoted(key)} names no variable.`, next: 'Remove it.' };
    case 'dollar':
      return {
        what: `${quoted(value)} in ${quoted(key)} begins with \`$\`.`,
        next: `Write the name alone: ${quoted(value.slice(1))}.`,
      };
    case 'equals':
      return {
        what: `${quoted(value)} in ${quoted(key)} has a \`=\`, which no variable has in its name.`,
        next: 'List names only; values come from the environment.',
      };
    case 'pattern':
      return {
        what: `${quoted(value)} in ${quoted(key)} is a pattern, and only the name of one variable has a meaning here.`,
        next: 'Name each variable in full.',
      };
  }
}

/** What is wrong with an entry of `dependsOn` or `with`. */
export function describeReferenceProblem(key: string, value: string, problem: ReferenceProblem): Words {
  const entry = `${quoted(value)} in ${quoted(key)}`;
  switch (problem) {
    case 'empty':
      return { what: `An entry of ${quoted(key)} names no task.`, next: 'Remove it, or name a task.' };
    case 'dollar':
      return {
        what: `${entry} looks like an environment variable, not like a task.`,
        next: `Move it to \`env\`, without the \`$\`: ${quoted(value.slice(1))}.`,
      };
    case 'no-package':
      return {
        what: `${entry} names no package before the \`#\`.`,
        next: 'Write `package#task`, or `//#task` for the root.',
      };
    case 'no-task':
      return { what: `${entry} names no task after the \`#\`.`, next: 'Write `package#task`.' };
    case 'caret':
      return {
        what: `${entry} means tasks of dependencies, which \`with\` cannot start.`,
        next: 'Name a task of the same package, or `package#task`.',
      };
  }
}

/** What a value of this form looks like. */
export function describeFormat(format: ConfigFormat, minimum: number | undefined): string {
  switch (format) {
    case 'duration':
      return 'Write a whole number with a unit, such as `30s`, `5m`, `24h`, `7d` or `2w`; `0` switches the bound off.';
    case 'timeout':
      return 'Write a time above zero: `30s`, `5m`, `1h`, or a number of seconds.';
    case 'size':
      return 'Write a number with a unit and no space, such as `500MB` or `1.5GB`; `0` switches the bound off.';
    case 'concurrency':
      return 'Write a whole number from 1, or a percentage of the processors such as `50%`.';
    case 'not-empty':
      return 'Write something, or remove the key.';
    case 'at-least':
      return `Write a number from ${minimum ?? 0}.`;
    case 'service-name':
      return 'Write a letter, then letters, digits, `-` and `_`; 40 at most.';
    case 'service-url':
      return 'Write an address such as `postgresql://user:password@host:5432/app`, or `$NAME` for one in a variable.';
    case 'worker-names':
      return 'Write a name with `{n}` (counts from 1) or `{i}` (from 0) in it, such as `test_{database}_{n}`: each worker has its own.';
    case 'regular-expression':
      return 'Write a JavaScript regular expression, without slashes around it.';
    case 'version-range':
      return 'Write a version or a range, such as `15`, `>=14` or `>=14 <17`.';
  }
}

/** `CommaExpected` -> `comma expected`. */
export function spaced(detail: string): string {
  return detail.replace(/(?<=.)([A-Z])/g, ' $1').toLowerCase();
}
