import type {
  ActionKey,
  CacheEntry,
  Digest,
  EventSink,
  Fingerprint,
  RelativePath,
  ServiceDefinition,
  TaskGraph,
  TaskId,
  TaskNode,
} from '@tr/model';
import type { ServiceHost } from '@tr/services';
import type { Steps } from './steps.js';

/** What is stored, asked for by key. */
export interface StateStore {
  /** Which of `keys` have a usable entry, asked of all tiers at once. */
  findAll(task: TaskId, keys: readonly ActionKey[]): Promise<readonly CacheEntry[]>;
  /** A read-only local file with the content of one output; undefined when it cannot be had. */
  openOutput(entry: CacheEntry, digest: Digest): Promise<string | undefined>;
  /** Forgets an entry that is of no use to this machine. */
  discard(entry: CacheEntry): Promise<void>;
  /** Fingerprints of the newest states stored on this machine. */
  listStored(task: TaskId): Promise<readonly Fingerprint[]>;
}

/** What the states of one run are made with. */
export interface SnapshotServicesOptions {
  readonly graph: TaskGraph;
  /** With the dependencies that the run leaves out; absent = it leaves out none. */
  readonly wholeGraph?: TaskGraph | undefined;
  /** By name; every service that a task names is there. */
  readonly definitions: ReadonlyMap<string, ServiceDefinition>;
  readonly host: ServiceHost;
  readonly store: StateStore;
  /** False = nothing is taken from the cache: no state is looked for. */
  readonly readsCache: boolean;
  /** Absolute native path of the workspace root. */
  readonly root: string;
  /** True for a path (relative to the package) that one of the globs names; `!` globs take away. */
  readonly matches: (globs: readonly string[], path: RelativePath) => boolean;
  /** Steps that earlier commits had, newest first; paths relative to the package. */
  readonly listPastSteps: (task: TaskNode, isStep: (path: string) => boolean) => readonly Steps[];
  /** Called once, before the first servers start: removes states that belong to no task. */
  readonly sweep: () => void;
  readonly computeKey: (fingerprint: Fingerprint) => ActionKey;
  readonly emit: EventSink;
}
