import { parseProcStat } from '@tr/model';
import { readFileSync, readdirSync } from 'node:fs';

/** One process of the machine. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Ended, and only waits to be noticed by its parent. */
  readonly isZombie: boolean;
  /** When it started, as the system writes it: tells it from a later process of the same id. */
  readonly started: string;
}

/** Processes seen as members of a tree: id -> when it started. */
export type KnownProcesses = Map<number, string>;

/** All processes that can be seen; undefined where there is no Linux `/proc`. Source: proc(5). */
export function readProcessTable(): readonly ProcessEntry[] | undefined {
  return listProcesses()?.flatMap((pid) => {
    const stat = tryRead(`/proc/${pid}/stat`)?.toString('latin1');
    const parsed = stat === undefined ? undefined : parseProcStat(stat);
    return parsed === undefined ? [] : { pid, ...parsed };
  });
}

/** The same from the output of {@link PS_COMMAND}, for systems without `/proc`. */
export function parsePs(output: string): readonly ProcessEntry[] {
  return output.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...started] = line.trim().split(/\s+/);
    if (state === undefined) return [];
    const ids = { pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(group) };
    return [{ ...ids, isZombie: state.startsWith('Z'), started: started.join(' ') }];
  });
}

/** POSIX `ps`, with BSD's and Linux's `lstart`. */
export const PS_COMMAND: readonly [string, ...string[]] = ['ps', '-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='];

/**
 * What is alive of the tree of `root`: its descendants, the members of its group and session whoever their parent is
 * by now, and the processes in `known` with their descendants.
 */
export function findTree(table: readonly ProcessEntry[], root: number, known: KnownProcesses): readonly ProcessEntry[] {
  const children = groupByParent(table);
  const stack = table.filter(
    ({ pid, group, session, started }) =>
      pid === root || group === root || session === root || known.get(pid) === started,
  );
  const tree = new Set<ProcessEntry>();
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    if (tree.has(entry)) continue;
    tree.add(entry);
    stack.push(...(children.get(entry.pid) ?? []));
  }
  return [...tree].filter((entry) => !entry.isZombie);
}

function groupByParent(table: readonly ProcessEntry[]): ReadonlyMap<number, readonly ProcessEntry[]> {
  const children = new Map<number, ProcessEntry[]>();
  for (const entry of table) {
    const siblings = children.get(entry.parent);
    if (siblings === undefined) children.set(entry.parent, [entry]);
    else siblings.push(entry);
  }
  return children;
}

/** Processes with `marker` in their environment, ourselves apart; none where there is no Linux `/proc`. */
export function findMarked(marker: string): readonly number[] {
  return (listProcesses() ?? []).filter(
    (pid) => pid !== process.pid && (tryRead(`/proc/${pid}/environ`)?.includes(marker) ?? false),
  );
}

function listProcesses(): readonly number[] | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    // A container without /proc: the callers do with what signals alone can reach.
    return undefined;
  }
}

/** Processes end, and some belong to somebody else: both are simply not there. */
function tryRead(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
