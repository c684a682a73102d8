import type { BlobId, Fingerprint, RelativePath } from '@tr/model';

/** Step files of a task: path relative to its package -> git blob id. */
export type Steps = Readonly<Record<string, BlobId>>;

/** The inputs of a fingerprint that are steps. */
export function stepsOf(fingerprint: Fingerprint, isStep: (path: string) => boolean): Steps {
  return Object.fromEntries(Object.entries(fingerprint.inputs).filter(([path]) => isStep(path)));
}

/** True when everything in `part` is in `whole`, unchanged, and something is left over. */
export function isProperPart(part: Steps, whole: Steps): boolean {
  const names = Object.keys(part);
  return names.length < Object.keys(whole).length && names.every((name) => part[name] === whole[name]);
}

/**
 * The record the task would have had with only these steps, all else being as it is now. Its key is that of the state
 * they lead to: nothing but steps can differ between a state and its ancestor.
 */
export function withOnlySteps(fingerprint: Fingerprint, kept: Steps, isStep: (path: string) => boolean): Fingerprint {
  const others = Object.entries(fingerprint.inputs).filter(([path]) => !isStep(path));
  // Names in the order the fingerprint has them, which its key does not depend on.
  return { ...fingerprint, inputs: Object.fromEntries([...others, ...Object.entries(kept)]) };
}

/** Where steps begin with a number or a time stamp, as most frameworks name them, the order of their making. */
export function inOrder(steps: Steps): readonly RelativePath[] {
  return Object.keys(steps).sort((a, b) => numberOf(a) - numberOf(b) || (a < b ? -1 : 1));
}

function numberOf(path: string): number {
  const digits = /^[^0-9]{0,2}([0-9]+)/.exec(path.slice(path.lastIndexOf('/') + 1))?.[1];
  return digits === undefined ? Number.MAX_SAFE_INTEGER : Number(digits);
}
