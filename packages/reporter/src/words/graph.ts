import type { EmptyFilterReason, FilterProblem, GraphFailure } from '@tr/model';
import { didYouMean, type Words } from './words.js';

/** Words for trouble in the task graph or in a filter. */
export function describeGraphFailure(failure: GraphFailure): Words {
  switch (failure.code) {
    case 'graph/cycle':
      return {
        what: `${describeCycle(failure.tasks)}${andMore(failure.alike, 'such circle', 'in other packages')}.`,
        next:
          failure.tasks.length > 2 && new Set(failure.tasks.map(packageOf)).size > 1
            ? 'Take one of these out of `dependsOn`, or one of the packages out of the dependencies of another.'
            : 'Take one of these out of `dependsOn`.',
      };
    case 'graph/unknown-task':
      return {
        what: `There is no task \`${failure.task}\`${requiredBy(failure.requiredBy)}.`,
        next: didYouMean(failure.nearest, 'Define it under `tasks` in the configuration: a script is not enough.'),
      };
    case 'graph/undeclared-root-task':
      return {
        what: `\`${failure.task}\` is a task of the root package and is not declared${requiredBy(failure.requiredBy)}.`,
        next: `Add \`"${failure.task}": {}\` to the root configuration: the root package runs only what is declared so.`,
      };
    case 'graph/unknown-package':
      return {
        what: `There is no package \`${failure.package}\`: \`${failure.task}\` names it${requiredBy(failure.requiredBy)}.`,
        next: didYouMean(failure.nearest, '`tr ls` lists the packages.'),
      };
    case 'graph/persistent-dependency':
      return {
        what:
          `\`${failure.task}\` depends on \`${failure.dependency}\`, which is persistent and never ends` +
          `${andMore(failure.alike, 'task', 'of that name')}.`,
        next: 'Name it under `with` instead, to run both side by side.',
      };
    case 'graph/recursive-run':
      return {
        what: `\`${failure.task}\` is running, and the \`tr run\` in it would run it again, without end.`,
        next: 'Let its command do the work itself; what has to be done before belongs into its `dependsOn`.',
      };
    case 'graph/invalid-filter':
      return {
        what: `The filter \`${failure.filter}\` cannot be understood: ${FILTER_PROBLEMS[failure.problem]}.`,
        next: 'A filter is `[!][...]name{directory}[range][...]`, or has `tag:label` as its name; one of name, directory and range is enough.',
      };
    case 'graph/filter-unknown-package':
      return {
        what:
          failure.filter === failure.package
            ? `There is no package \`${failure.package}\`.`
            : `The filter \`${failure.filter}\` names the package \`${failure.package}\`, which does not exist.`,
        next: didYouMean(
          failure.nearest,
          '`tr ls` lists the packages; that of the root is called `//`; a `*` in a name makes it a pattern.',
        ),
      };
    case 'graph/filter-unknown-directory':
      return {
        what: `The filter \`${failure.filter}\` names the directory \`${failure.directory}\`, which does not exist.`,
        next: 'A path counts from the current directory; in braces after a package name, from the root.',
      };
    case 'graph/empty-directory':
      return {
        what: `\`${failure.directory}\` is in no package and has none below it: nothing is selected.`,
        next: 'Run from the root of the workspace, or name packages with `--filter`.',
      };
    case 'graph/empty-filter':
      return {
        what: `The filter \`${failure.filter}\` selects no package.`,
        ...nextStep(EMPTY_FILTER_NEXT[failure.reason]),
      };
  }
}

const FILTER_PROBLEMS: Readonly<Record<FilterProblem, string>> = {
  empty: 'it names no package, no directory and no range',
  'empty-directory': 'the braces hold no directory',
  'absolute-directory': 'the directory in braces must be relative',
  'invalid-directory-glob': 'the glob of the directory is not valid, or has too many stars or braces',
  'invalid-range': 'the brackets hold no range such as `[main]` or `[main...HEAD]`',
  'invalid-tag': '`tag:` needs a label, or one in double quotes as JSON has it',
  'dependencies-of-nothing': 'the `...` before the range needs a package or a directory before it',
  'stray-bracket': 'braces or brackets stand where no directory and no range can be',
};

const EMPTY_FILTER_NEXT: Readonly<Record<EmptyFilterReason, string | undefined>> = {
  'no-match': undefined,
  'range-after-path': 'After a bare path a range is taken for a part of the path: write the path in braces.',
  'narrowed-to-package':
    'Inside a package a filter without a name is about that package only: run it from the root of the workspace.',
};

function describeCycle(names: readonly string[]): string {
  const way = names.map((name) => `\`${name}\``).join(' -> ');
  return names.length === 2 ? `\`${names[0]}\` depends on itself` : `Tasks wait for each other in a circle: ${way}`;
}

function packageOf(task: string): string {
  return task.slice(0, task.lastIndexOf('#'));
}

function andMore(count: number, noun: string, which: string): string {
  return count === 0 ? '' : ` (and ${count} more ${noun}${count === 1 ? '' : 's'} ${which})`;
}

function requiredBy(task: string | undefined): string {
  return task === undefined ? '' : `, which \`${task}\` needs`;
}

function nextStep(next: string | undefined): { readonly next?: string } {
  return next === undefined ? {} : { next };
}
