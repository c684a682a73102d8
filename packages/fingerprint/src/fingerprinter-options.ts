import type {
  ActionKey,
  ExternalClosure,
  FingerprintFailure,
  PackageName,
  RelativePath,
  Result,
  ServiceFailure,
  TaskId,
  TaskNode,
} from '@tr/model';
import type { EnvironmentOptions } from './environment/task-environment.js';
import type { FileIndex } from './files/file-index.js';
import type { RootDependency } from './root-dependencies.js';
import type { ToolRunner } from './tool-outputs.js';

/** Dependencies of a task that are no part of its run. */
export interface LeftOutTasks {
  /** Of the direct ones. */
  readonly keys: ReadonlyMap<TaskId, ActionKey>;
  /** Near and far: nobody brings their outputs up to date, so what lies there counts. */
  readonly tasks: readonly TaskNode[];
}

/** What a run gives to compute its keys with. */
export interface FingerprinterOptions extends EnvironmentOptions {
  readonly files: FileIndex;
  /** Absolute native path of a package directory. */
  readonly absoluteDirectory: (directory: RelativePath) => string;
  /** `globalDependencies`: globs from the root, `!` in front of those left out. */
  readonly globalDependencies: readonly string[];
  /** What the root package depends on in the workspace. Absent = nothing. */
  readonly rootDependencies?: readonly RootDependency[];
  /** Counted whole because they could not be narrowed: root package.json and lockfile, when that cannot be read. */
  readonly wholeLockfiles: readonly RelativePath[];
  /** `engines` of the root package.json. */
  readonly engines: Readonly<Record<string, string>> | undefined;
  /** False with `--framework-inference=false`. */
  readonly frameworkInference: boolean;
  /** Names a package depends on outside the workspace, with their specifiers: what its framework is told from. */
  readonly externalDependenciesOf: (packageName: PackageName) => Readonly<Record<string, string>>;
  /** Undefined when no lockfile applies. */
  readonly closureOf: (packageName: PackageName) => ExternalClosure | undefined;
  /** The lockfile that the closures come from, when it was changed since. Workspace-relative. */
  readonly findChangedLockfile?: () => RelativePath | undefined;
  /** Lockfiles of other languages above or in the package. Workspace-relative. */
  readonly foreignLockfilesOf: (packageName: PackageName) => readonly RelativePath[];
  /** Files and directories that the closure points at and no lockfile pins (linked ones, patches). Workspace-relative. */
  readonly linkedPathsOf: (packageName: PackageName) => readonly RelativePath[];
  /** Commands in order (pre script, script, post script); empty when the task executes nothing. */
  readonly commandsOf: (task: TaskNode) => readonly string[];
  /** How the commands of the task are started; undefined = by the platform's shell. */
  readonly launchOf?: (task: TaskNode) => Readonly<Record<string, string>> | undefined;
  /** Pass-through arguments of the task. */
  readonly argumentsOf: (task: TaskNode) => readonly string[];
  readonly runTool: ToolRunner;
  /** What decides results on the side of the services a task names: name -> text. Asked only for tasks that name some. */
  readonly describeServices?: (task: TaskNode) => Promise<Result<Readonly<Record<string, string>>, ServiceFailure>>;
  /** The task of an id, for inputs that are outputs of dependencies. */
  readonly nodeOf?: (id: TaskId) => TaskNode | undefined;
  /** What `--only` leaves out. Absent = nothing. */
  readonly leftOutOf?:
    ((task: TaskNode) => Promise<Result<LeftOutTasks | undefined, FingerprintFailure | ServiceFailure>>) | undefined;
}
