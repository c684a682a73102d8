import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { uniqueDigits } from '@tr/quick';
import type { ProcessEnd, RunningProcess, SpawnRequest, Spawner } from './ports.js';
import { OutputPipes, type OutputPipe } from './process/output-pipes.js';
import { parsePs, PS_COMMAND, readProcessTable, type ProcessEntry } from './process/process-table.js';
import { ProcessTree } from './process/process-tree.js';
import { hasOwnGroup, toSpawnCall } from './process/spawn-call.js';
import { SpawnedProcess, type OutputSource, type StoppableTree } from './process/spawned-process.js';
import { sweepMarked } from './process/sweep.js';
import { WATCHDOG_SCRIPT } from './process/watchdog-script.js';
import { Watchdog } from './process/watchdog.js';
import { WindowsTree } from './process/windows-tree.js';

/** Variable that every process of a run has in its environment, and hands on to what it starts. */
export const MARKER_VARIABLE = 'TR_TASK_RUN';

const IS_WINDOWS = process.platform === 'win32';

/** How processes are started. */
export interface ProcessSpawnerOptions {
  /** {@link MARKER_VARIABLE} as we were started with it: set for a run inside a task of another run. */
  readonly inheritedMarker?: string | undefined;
}

/** Starts real processes, and answers for all of them. */
export interface ProcessSpawner extends Spawner {
  /** Names this run; part of the marker of every process of it. */
  readonly runId: string;
  /** Ends whatever is left, also what left its tree, and frees everything. To be called on every way out. */
  dispose(): Promise<void>;
}

/**
 * Starts each command in a session of its own (so that its whole tree can be signalled, and the terminal's Ctrl-C
 * reaches only us), with one pipe for all output. Nothing is made before the first command starts. If we are killed, a
 * watchdog ends the trees.
 */
export function createProcessSpawner(options: ProcessSpawnerOptions = {}): ProcessSpawner {
  return new NodeSpawner(options.inheritedMarker);
}

class NodeSpawner implements ProcessSpawner {
  readonly #id = uniqueDigits(18);
  readonly #inherited: string;
  readonly #pipes = new OutputPipes(makeNamedPipes);
  readonly #running = new Set<SpawnedProcess>();
  #watchdog: Watchdog | undefined;
  #count = 0;

  constructor(inheritedMarker: string | undefined) {
    this.#inherited = inheritedMarker ?? '';
  }

  get runId(): string {
    return this.#id;
  }

  spawn(request: SpawnRequest): RunningProcess {
    if (this.#count === 0) this.#watchdog = startWatchdog(request, this.#id);
    this.#count += 1;
    const marker = `${this.#id}.${this.#count};`;
    const env = { ...request.env, [MARKER_VARIABLE]: this.#inherited + marker };
    const pipe = this.#pipes.open();
    if (pipe !== undefined) this.#watchdog?.tellDirectory(this.#pipes.directory);
    const started = start({ ...request, env }, pipe);
    pipe?.closeWriter();
    if (typeof started === 'string' || started.pid === undefined) {
      pipe?.reader.destroy();
      return toFailedProcess(request, started);
    }
    return this.#follow(request, { child: started, pid: started.pid, pipe, marker });
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop('SIGKILL', 0)));
    if (this.#count > 0) await sweepMarked(this.#id);
    this.#pipes.dispose();
    await this.#watchdog?.dispose();
    this.#watchdog = undefined;
  }

  #follow(request: SpawnRequest, { child, pid, pipe, marker }: Started): RunningProcess {
    const ownGroup = hasOwnGroup(request, process.platform);
    const running: SpawnedProcess = new SpawnedProcess({
      child,
      pid,
      tree: createTree(child, { pid, ownGroup, marker }),
      sources: findSources(child, pipe),
      onOutput: request.onOutput,
      onGone: () => {
        this.#running.delete(running);
        child.stdin?.destroy();
        if (ownGroup) this.#watchdog?.forget(pid);
      },
    });
    this.#running.add(running);
    if (ownGroup) this.#watchdog?.watch(pid);
    return running;
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly pipe: OutputPipe | undefined;
  readonly marker: string;
}

function start(request: SpawnRequest, pipe: OutputPipe | undefined): ChildProcess | string {
  const { file, args, options } = toSpawnCall(request, pipe?.writer ?? 'pipe', process.platform);
  try {
    return spawn(file, args, options);
  } catch (error) {
    // Arguments the system cannot take, such as a NUL character in a variable.
    return error instanceof Error ? error.message : String(error);
  }
}

/** Node reports why with an `error` event, right after `spawn` has returned without a process id. */
function toFailedProcess(request: SpawnRequest, failed: ChildProcess | string): RunningProcess {
  const shell = request.shell ?? 'the shell';
  const ended =
    typeof failed === 'string'
      ? Promise.resolve(toNotStarted(failed))
      : new Promise<ProcessEnd>((resolve) => {
          failed.once('error', (error: NodeJS.ErrnoException) =>
            resolve(toNotStarted(`${error.code ?? error.message} for ${shell} in ${request.cwd}`)),
          );
        });
  return { pid: undefined, ended, stop: () => Promise.resolve() };
}

function toNotStarted(detail: string): ProcessEnd {
  return { kind: 'not-started', detail };
}

function findSources(child: ChildProcess, pipe: OutputPipe | undefined): readonly OutputSource[] {
  if (pipe !== undefined) return [{ stream: 'stdout', readable: pipe.reader }];
  const { stdout, stderr } = child;
  return [
    ...(stdout === null ? [] : [{ stream: 'stdout', readable: stdout } as const]),
    ...(stderr === null ? [] : [{ stream: 'stderr', readable: stderr } as const]),
  ];
}

interface TreeRoot {
  readonly pid: number;
  readonly ownGroup: boolean;
  readonly marker: string;
}

function createTree(child: ChildProcess, root: TreeRoot): StoppableTree {
  if (!IS_WINDOWS) return new ProcessTree({ ...root, readTable });
  const taskkill = ['/pid', String(root.pid), '/T', '/F'];
  return new WindowsTree(child, () => spawnSync('taskkill', taskkill, { windowsHide: true }).status === 0);
}

function readTable(): readonly ProcessEntry[] | undefined {
  const table = readProcessTable();
  if (table !== undefined) return table;
  const [file, ...args] = PS_COMMAND;
  const ps = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return ps.status === 0 ? parsePs(ps.stdout) : undefined;
}

function makeNamedPipes(paths: readonly string[]): boolean {
  return spawnSync('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' }).status === 0;
}

/** The watchdog leads its own session, so that no signal for us or for a task reaches it. */
function startWatchdog(request: SpawnRequest, id: string): Watchdog | undefined {
  if (IS_WINDOWS) return undefined;
  const child = spawn('sh', ['-c', WATCHDOG_SCRIPT, 'tr-watchdog', id], {
    cwd: '/',
    env: { PATH: toSystemPath(request.env['PATH'] ?? '') },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // Too many files are open: nothing was started, and the streams that the types promise are not there.
  if (child.pid === undefined) {
    child.once('error', () => undefined);
    return undefined;
  }
  child.unref();
  return new Watchdog(child);
}

/** `grep` and `kill` are to be the system's, not a package's. */
function toSystemPath(path: string): string {
  const entries = path.split(':').filter((entry) => entry.startsWith('/') && !entry.includes('node_modules'));
  return [...new Set(['/usr/bin', '/bin', '/usr/sbin', '/sbin', ...entries])].join(':');
}
