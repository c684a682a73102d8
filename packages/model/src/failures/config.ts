import type { SourcePosition } from '../position.js';

/** What is wrong with a glob. */
export type GlobProblem =
  | 'empty'
  | 'absolute'
  /** A backslash that escapes nothing: a Windows path separator. */
  | 'backslash'
  /** Leaves the workspace (`..` too often). */
  | 'outside-workspace'
  /** `$TURBO_ROOT$` anywhere but at the start. */
  | 'root-not-first'
  | 'root-without-slash'
  /** With so many stars, groups or braces that comparing a path with it could take minutes. */
  | 'costly'
  /** A `$VARIABLE`, which no glob list expands. */
  | 'variable';

/** What is wrong with the name (or pattern) of an environment variable. */
export type VariableProblem = 'empty' | 'dollar' | 'equals' | 'pattern';

/** What is wrong with an entry of `dependsOn` or `with`. */
export type ReferenceProblem = 'empty' | 'dollar' | 'no-package' | 'no-task' | 'caret';

/** A text form that a value has to follow. */
export type ConfigFormat =
  | 'duration'
  | 'timeout'
  | 'size'
  | 'concurrency'
  | 'not-empty'
  | 'at-least'
  | 'service-name'
  | 'service-url'
  | 'regular-expression'
  | 'version-range'
  | 'worker-names';

/** Trouble in a configuration file. */
export type ConfigFailure =
  /** No configuration at the root. `names` are the files looked for. */
  | { readonly code: 'config/not-found'; readonly directory: string; readonly names: readonly string[] }
  | { readonly code: 'config/unreadable'; readonly file: string; readonly detail: string }
  /** Two files of which only one may be there. */
  | { readonly code: 'config/two-files'; readonly files: readonly [string, string] }
  /** `detail` is the parser's name of the problem, such as `CommaExpected`. */
  | { readonly code: 'config/syntax'; readonly at: SourcePosition; readonly detail: string }
  | {
      readonly code: 'config/unknown-key';
      readonly at: SourcePosition;
      readonly key: string;
      readonly nearest: string | undefined;
      /** What may stand there. */
      readonly known: readonly string[];
    }
  /** A key that a later version will give a meaning to. */
  | { readonly code: 'config/reserved-key'; readonly at: SourcePosition; readonly key: string }
  /** A key that exists, but not in this file: `own-file` means only in `turbo-like.config.json`. */
  | {
      readonly code: 'config/misplaced-key';
      readonly at: SourcePosition;
      readonly key: string;
      readonly belongs: 'root' | 'package' | 'own-file';
    }
  | {
      readonly code: 'config/renamed-key';
      readonly at: SourcePosition;
      readonly key: string;
      readonly replacement: string;
    }
  /** A key that has a meaning only while a future flag is on. */
  | {
      readonly code: 'config/missing-flag';
      readonly at: SourcePosition;
      readonly key: string;
      readonly flag: string;
    }
  | { readonly code: 'config/missing-key'; readonly at: SourcePosition; readonly key: string }
  /** The last one counts. */
  | {
      readonly code: 'config/duplicate-key';
      readonly at: SourcePosition;
      readonly key: string;
      readonly first: SourcePosition;
    }
  | {
      readonly code: 'config/wrong-type';
      readonly at: SourcePosition;
      readonly key: string;
      readonly expected: readonly string[];
      readonly found: string;
    }
  | {
      readonly code: 'config/invalid-value';
      readonly at: SourcePosition;
      readonly key: string;
      readonly value: string;
      readonly allowed: readonly string[];
      readonly nearest: string | undefined;
    }
  | {
      readonly code: 'config/invalid-format';
      readonly at: SourcePosition;
      readonly key: string;
      readonly value: string;
      readonly format: ConfigFormat;
      /** The bound of `at-least`. */
      readonly minimum?: number;
    }
  | {
      readonly code: 'config/invalid-glob';
      readonly at: SourcePosition;
      readonly key: string;
      readonly glob: string;
      readonly problem: GlobProblem;
    }
  | {
      readonly code: 'config/invalid-variable';
      readonly at: SourcePosition;
      readonly key: string;
      readonly value: string;
      readonly problem: VariableProblem;
    }
  | {
      readonly code: 'config/invalid-reference';
      readonly at: SourcePosition;
      readonly key: string;
      readonly value: string;
      readonly problem: ReferenceProblem;
    }
  /** `$TURBO_EXTENDS$` or the like where it has no meaning. */
  | {
      readonly code: 'config/misplaced-marker';
      readonly at: SourcePosition;
      readonly key: string;
      readonly marker: string;
    }
  /** A task key that names no task. */
  | { readonly code: 'config/invalid-task-name'; readonly at: SourcePosition; readonly key: string }
  | { readonly code: 'config/missing-extends'; readonly at: SourcePosition }
  | {
      readonly code: 'config/invalid-extends';
      readonly at: SourcePosition;
      readonly name: string;
      readonly problem: 'root-not-first' | 'unknown-package' | 'no-config';
      readonly nearest: string | undefined;
    }
  | { readonly code: 'config/extends-cycle'; readonly at: SourcePosition; readonly packages: readonly string[] }
  /** `pkg#task` in the configuration of a package. */
  | {
      readonly code: 'config/package-task-key';
      readonly at: SourcePosition;
      readonly key: string;
      readonly task: string;
    }
  /** `pkg#task` in a repository of one package. */
  | {
      readonly code: 'config/package-task-in-single';
      readonly at: SourcePosition;
      readonly key: string;
      readonly task: string;
    }
  | {
      readonly code: 'config/unknown-package';
      readonly at: SourcePosition;
      readonly key: string;
      readonly package: string;
      readonly nearest: string | undefined;
    }
  | {
      readonly code: 'config/conflicting-keys';
      readonly at: SourcePosition;
      readonly keys: readonly [string, string];
      readonly problem:
        | 'interactive-cached'
        | 'interruptible-not-persistent'
        | 'from-needs-outputs'
        | 'no-defaults'
        | 'same-meaning'
        | 'command-of-engine'
        | 'scheme-of-redis';
    }
  /** A task names a service that the root configuration does not have. */
  | {
      readonly code: 'config/unknown-service';
      readonly at: SourcePosition;
      readonly service: string;
      readonly nearest: string | undefined;
    }
  /** Two services of a task would set one variable. */
  | {
      readonly code: 'config/same-variables';
      readonly at: SourcePosition;
      readonly services: readonly [string, string];
      readonly variable: string;
    };

/** Every code of this area. */
export const CONFIG_FAILURE_CODES = [
  'config/not-found',
  'config/unreadable',
  'config/two-files',
  'config/syntax',
  'config/unknown-key',
  'config/reserved-key',
  'config/misplaced-key',
  'config/renamed-key',
  'config/missing-flag',
  'config/missing-key',
  'config/duplicate-key',
  'config/wrong-type',
  'config/invalid-value',
  'config/invalid-format',
  'config/invalid-glob',
  'config/invalid-variable',
  'config/invalid-reference',
  'config/misplaced-marker',
  'config/invalid-task-name',
  'config/missing-extends',
  'config/invalid-extends',
  'config/extends-cycle',
  'config/package-task-key',
  'config/package-task-in-single',
  'config/unknown-package',
  'config/conflicting-keys',
  'config/unknown-service',
  'config/same-variables',
] as const satisfies readonly ConfigFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<ConfigFailure['code'], (typeof CONFIG_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
