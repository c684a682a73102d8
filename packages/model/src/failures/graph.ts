import type { SourcePosition } from '../position.js';

/** What is wrong with the text of a filter. */
export type FilterProblem =
  /** Names no package, no directory and no range. */
  | 'empty'
  | 'empty-directory'
  | 'absolute-directory'
  | 'invalid-directory-glob'
  /** `[]`, `[a...]`, `[...b]` or a reference that starts with `-`. */
  | 'invalid-range'
  /** `...[ref]` preceded by nothing it could take dependencies of. */
  | 'dependencies-of-nothing'
  /** `tag:` without a label, or with one in quotes that is no JSON text. */
  | 'invalid-tag'
  /** Brackets or braces that are no directory and no range at that place. */
  | 'stray-bracket';

/** Why a filter that names something selects nothing. */
export type EmptyFilterReason =
  | 'no-match'
  /** A range after a bare path is part of the path: only braces can be followed by one. */
  | 'range-after-path'
  /** Inside a package a filter without a name is about that package only. */
  | 'narrowed-to-package';

/** Trouble in the task graph or in a filter. */
export type GraphFailure =
  /** Tasks that wait for each other. */
  | {
      readonly code: 'graph/cycle';
      /** The whole way round, each depending on the next; the first is repeated at the end. */
      readonly tasks: readonly string[];
      /** How many more cycles there are through the same task names in other packages. */
      readonly alike: number;
      /** Where the first task is defined. */
      readonly at: SourcePosition | undefined;
    }
  /** A task that no configuration defines, or not for that package. */
  | {
      readonly code: 'graph/unknown-task';
      /** As asked for, or as `dependsOn` resolves it: `t` or `pkg#t`. */
      readonly task: string;
      readonly nearest: string | undefined;
      /** The task whose `dependsOn` or `with` names it; undefined when the command line does. */
      readonly requiredBy: string | undefined;
      readonly at: SourcePosition | undefined;
    }
  /** The root package runs only what is declared as `//#task`. A warning when packages have such a task: nothing runs. */
  | {
      readonly code: 'graph/undeclared-root-task';
      readonly task: string;
      readonly requiredBy: string | undefined;
      readonly at: SourcePosition | undefined;
    }
  /** `pkg#task` of a package that is not in the workspace. */
  | {
      readonly code: 'graph/unknown-package';
      readonly package: string;
      readonly task: string;
      readonly nearest: string | undefined;
      readonly requiredBy: string | undefined;
      readonly at: SourcePosition | undefined;
    }
  /** A task that never ends cannot be waited for. */
  | {
      readonly code: 'graph/persistent-dependency';
      readonly task: string;
      readonly dependency: string;
      /** How many more tasks of the same name wait for one. */
      readonly alike: number;
      readonly at: SourcePosition | undefined;
    }
  /** `tr run` within a task that would run this very task again, and so without end. */
  | { readonly code: 'graph/recursive-run'; readonly task: string }
  | { readonly code: 'graph/invalid-filter'; readonly filter: string; readonly problem: FilterProblem }
  | {
      readonly code: 'graph/filter-unknown-package';
      readonly filter: string;
      readonly package: string;
      readonly nearest: string | undefined;
    }
  | { readonly code: 'graph/filter-unknown-directory'; readonly filter: string; readonly directory: string }
  /** Warning: the run goes on without it. */
  | { readonly code: 'graph/empty-filter'; readonly filter: string; readonly reason: EmptyFilterReason }
  /** Warning: no package lies around or below the current directory (relative to the root), and nothing else is named. */
  | { readonly code: 'graph/empty-directory'; readonly directory: string };

/** Every code of {@link GraphFailure}, for tests and the reference page. */
export const GRAPH_FAILURE_CODES = [
  'graph/cycle',
  'graph/empty-directory',
  'graph/empty-filter',
  'graph/filter-unknown-directory',
  'graph/filter-unknown-package',
  'graph/invalid-filter',
  'graph/persistent-dependency',
  'graph/recursive-run',
  'graph/undeclared-root-task',
  'graph/unknown-package',
  'graph/unknown-task',
] as const satisfies readonly GraphFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<GraphFailure['code'], (typeof GRAPH_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
