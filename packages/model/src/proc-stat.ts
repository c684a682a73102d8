/** What Linux tells of one process. */
export interface ProcStat {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** It has ended, and only waits to be noticed by its parent (for ever, where the first process of a container does not look). */
  readonly isZombie: boolean;
  /** When it started, in clock ticks since boot: tells it from a later process of the same id. */
  readonly started: string;
}

/** Reads the text of `/proc/<pid>/stat`; undefined when it is none. Source: proc(5), fields 3 to 6 and 22. */
export function parseProcStat(text: string): ProcStat | undefined {
  // The second field is the name in parentheses, and may itself hold blanks and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  const started = fields[19];
  if (started === undefined) return undefined;
  return {
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    isZombie: state === 'Z' || state === 'X',
    started,
  };
}
