import type {
  ActionKey,
  BlobId,
  CacheTier,
  DeferredInput,
  MissReason,
  PackageName,
  RelativePath,
  TaskNode,
} from '@tr/model';

/** Variables by name; a value is the SHA-256 of the variable's value, or `''` when that is empty. */
export type HashedVariables = Readonly<Record<string, string>>;

/** Variables of a task, or of all tasks, as the dry run lists them. */
export interface DryRunEnvironment {
  /** Patterns as written, sorted. */
  readonly env: readonly string[];
  /** Undefined when not set. */
  readonly passThroughEnv: readonly string[] | undefined;
  /** What `env` matched. */
  readonly configured: HashedVariables;
  /** Variables of the detected framework. */
  readonly inferred: HashedVariables;
  /** What `passThroughEnv` matched; undefined when that is not set. */
  readonly passthrough: HashedVariables | undefined;
}

/** What a run would find in the cache. */
export type CachePrediction =
  | { readonly hit: true; readonly tier: CacheTier; readonly timeSavedMs: number }
  | { readonly hit: false; readonly reasons: readonly MissReason[] };

/** One task of a dry run. */
export interface DryRunTask {
  readonly node: TaskNode;
  readonly key: ActionKey;
  /** Why a run could have another key: its inputs, or those of a task it waits for, are there later only. */
  readonly deferredBy: DeferredInput['mode'] | undefined;
  /** Path relative to the package directory -> git blob id. */
  readonly inputs: Readonly<Record<string, BlobId>>;
  /** Any short text that names the external closure; `''` when there is none. */
  readonly externalDependenciesHash: string;
  readonly prediction: CachePrediction;
  readonly environment: DryRunEnvironment;
  /** Slug of the detected framework, or `''`. */
  readonly framework: string;
}

/** Everything a dry run prints. The caller fills it; order of records and lists is settled by the renderers. */
export interface DryRunPlan {
  /** Any id that is unique to this run. */
  readonly id: string;
  /** Version of `tr`. */
  readonly version: string;
  readonly kind: 'monorepo' | 'single';
  readonly globalInputs: {
    /** Workspace-relative path -> git blob id. */
    readonly files: Readonly<Record<RelativePath, BlobId>>;
    readonly externalDependenciesHash: string;
    readonly environment: DryRunEnvironment;
    readonly engines: Readonly<Record<string, string>> | undefined;
  };
  /** What the filters selected. */
  readonly packages: readonly { readonly name: PackageName; readonly directory: RelativePath }[];
  readonly envMode: 'strict' | 'loose';
  readonly frameworkInference: boolean;
  readonly tasks: readonly DryRunTask[];
  /** What follows `--`. */
  readonly taskArguments: readonly string[];
  /** Undefined outside a git repository. */
  readonly scm: { readonly sha: string | undefined; readonly branch: string | undefined } | undefined;
}
