import type { TaskId } from './ids.js';

/** Names that differ between two records. All sorted. */
export interface NameChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

/** Why a task was not taken from the cache. A closed union; one miss may have several reasons. */
export type MissReason =
  /** No stored entry of this task to compare with. */
  | { readonly reason: 'no-entry' }
  | { readonly reason: 'command-changed'; readonly before: string; readonly after: string }
  /** Paths relative to the package directory; global files and foreign lockfiles are workspace-relative. */
  | ({ readonly reason: 'inputs-changed'; readonly scope: 'package' | 'global' } & NameChanges)
  | ({ readonly reason: 'env-changed'; readonly scope: 'task' | 'global' } & NameChanges)
  /** `keys` names the settings that differ (`outputs`, `envMode`, `passThroughEnv`, `engines`, `snapshot`…). */
  | { readonly reason: 'config-changed'; readonly keys: readonly string[] }
  /**
   * `root` is the first diverging task down the graph, when it could be told. `unsettled`: nothing can be said of the dependency, as
   * it was not waited for (`--parallel`), failed, or left no result that its key stands for.
   */
  | ({
      readonly reason: 'dependency-changed';
      readonly root: string | undefined;
      readonly unsettled?: true;
    } & NameChanges)
  /** `lockfile` names a whole-file lockfile; else the changed `name@version` entries of the package's closure. */
  | ({ readonly reason: 'lockfile-changed'; readonly lockfile: string | undefined } & NameChanges)
  | {
      readonly reason: 'tool-changed';
      readonly tool: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  /** Engine, version or settings of a service; undefined = the task did not need it. */
  | {
      readonly reason: 'service-changed';
      readonly service: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
    }
  | { readonly reason: 'format-changed'; readonly stored: number; readonly current: number }
  /** Reading was switched off (`--force`, `--cache`). */
  | { readonly reason: 'cache-off' }
  /** `cache: false` in the configuration. */
  | { readonly reason: 'not-cacheable' }
  /** The manifest is there but a blob it names is not. */
  | { readonly reason: 'blob-missing'; readonly path: string }
  /** Stored bytes do not match their digest, or a manifest cannot be trusted. `detail` names what. */
  | { readonly reason: 'integrity'; readonly path: string; readonly detail: string }
  /** Something of the user's is where the outputs would be put; it is left alone. */
  | { readonly reason: 'obstacle'; readonly path: string; readonly detail: string }
  /** What another task of the run has left at a path of the outputs is not what the entry has there. */
  | { readonly reason: 'shared-output'; readonly path: string; readonly owner: TaskId }
  | { readonly reason: 'signature'; readonly detail: string }
  | { readonly reason: 'remote-unavailable'; readonly detail: string }
  /** The store or the disk could not be read or written; the task runs instead. */
  | { readonly reason: 'store-trouble'; readonly detail: string };
