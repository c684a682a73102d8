import { nodeDisk, type Disk } from '@tr/store';

/** Thrown when the process "dies": not an error of the operating system, so nothing may catch it. */
export class Killed extends Error {}

/** A disk on which the nth change, and every one after it, goes wrong. */
export interface FailingDisk {
  readonly disk: Disk;
  /** True once something went wrong. */
  readonly hasFailed: () => boolean;
}

const CHANGES = [
  'write',
  'setTime',
  'touch',
  'makeDirectory',
  'makeLink',
  'hardLink',
  'clone',
  'setMode',
  'rename',
  'unlink',
  'removeDirectory',
] as const satisfies readonly (keyof Disk)[];

/** `fail` throws what the disk is to throw; `where` limits it to some paths (the first argument, or the second). */
export function failAfter(
  steps: number,
  fail: () => never,
  where: (path: string) => boolean = () => true,
): FailingDisk {
  let left = steps;
  let failed = false;
  const step = (...paths: readonly unknown[]): void => {
    const named = paths.filter((path) => typeof path === 'string');
    if (named.length > 0 && !named.some(where)) return;
    if (left-- > 0) return;
    failed = true;
    fail();
  };
  const disk: Record<string, unknown> = { ...nodeDisk };
  for (const name of CHANGES) {
    const real = nodeDisk[name] as (...args: readonly unknown[]) => unknown;
    disk[name] = (...args: readonly unknown[]) => {
      step(...args);
      return real(...args);
    };
  }
  disk['open'] = (path: string, how: 'read' | 'create' | 'append', mode?: number) => {
    if (how !== 'read') step(path);
    return nodeDisk.open(path, how, mode);
  };
  return { disk: disk as unknown as Disk, hasFailed: () => failed };
}

/** Throws like the operating system. */
export function throwCode(code: string): () => never {
  return () => {
    throw Object.assign(new Error(code), { code });
  };
}

/** Dies. */
export function kill(): never {
  throw new Killed();
}
