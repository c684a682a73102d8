/** The command line cannot be understood. */
export type UsageFailure =
  /** The value of an option is not one it takes; `expected` lists them or describes the form. */
  | {
      readonly code: 'usage/invalid-option';
      readonly option: string;
      readonly value: string;
      readonly expected: string;
    }
  | { readonly code: 'usage/unknown-option'; readonly option: string; readonly nearest: string | undefined }
  | { readonly code: 'usage/missing-value'; readonly option: string; readonly expected: string }
  /** A flag of Turborepo that has no counterpart yet. */
  | { readonly code: 'usage/unsupported-option'; readonly option: string }
  /** A command of Turborepo that has no counterpart of the same name. */
  | { readonly code: 'usage/unsupported-command'; readonly command: string }
  /** `available` are the whole commands that begin with the same word; undefined when the first word is not known. */
  | {
      readonly code: 'usage/unknown-command';
      readonly command: string;
      readonly nearest: string | undefined;
      readonly available?: readonly string[];
    }
  /** `tr cache` without what to do about it; `available` are the whole commands that begin so. */
  | { readonly code: 'usage/incomplete-command'; readonly command: string; readonly available: readonly string[] }
  /** `tr run` without a task; `available` are the names the configuration knows, sorted. */
  | { readonly code: 'usage/missing-task'; readonly available: readonly string[] }
  | { readonly code: 'usage/conflicting-options'; readonly first: string; readonly second: string }
  | { readonly code: 'usage/unexpected-argument'; readonly argument: string }
  | {
      readonly code: 'usage/unknown-service';
      readonly service: string;
      readonly nearest: string | undefined;
      /** All names that there are. */
      readonly known: readonly string[];
    }
  /** The configuration has none that could be started. */
  | { readonly code: 'usage/no-services' }
  /** What is asked for exists only while it runs; `services` are those that were named, or nothing for all. */
  | { readonly code: 'usage/no-service-runs'; readonly services: readonly string[] }
  /** A command that comes with a package of its own. */
  | { readonly code: 'usage/not-installed'; readonly command: string; readonly package: string }
  /** The limit of the operating system for open files was met where nothing can be done without one more. */
  | { readonly code: 'usage/too-many-open-files'; readonly detail: string }
  /** A file or directory of the workspace, of git or of ours that this user may not use; absolute, native. */
  | { readonly code: 'usage/not-permitted'; readonly path: string; readonly detail: string }
  /** Standard output took only a part of what a command has to say. */
  | { readonly code: 'usage/output-lost'; readonly detail: string }
  /** Node was told to refuse something that a run needs (`--permission`); Node's name of it. */
  | { readonly code: 'usage/node-permission'; readonly permission: string }
  /** The directory that the process is in has been removed, or has a path (given then) that Node cannot say: it is no UTF-8. */
  | { readonly code: 'usage/no-current-directory'; readonly path: string | undefined }
  /** A directory named by an option (`--cwd`) is not there or is not a directory. */
  | { readonly code: 'usage/not-a-directory'; readonly option: string; readonly path: string };

/** Every code of {@link UsageFailure}, for tests and the reference page. */
export const USAGE_FAILURE_CODES = [
  'usage/conflicting-options',
  'usage/incomplete-command',
  'usage/invalid-option',
  'usage/missing-task',
  'usage/missing-value',
  'usage/no-current-directory',
  'usage/no-service-runs',
  'usage/no-services',
  'usage/node-permission',
  'usage/not-a-directory',
  'usage/not-installed',
  'usage/not-permitted',
  'usage/output-lost',
  'usage/too-many-open-files',
  'usage/unexpected-argument',
  'usage/unknown-command',
  'usage/unknown-option',
  'usage/unknown-service',
  'usage/unsupported-command',
  'usage/unsupported-option',
] as const satisfies readonly UsageFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<UsageFailure['code'], (typeof USAGE_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
