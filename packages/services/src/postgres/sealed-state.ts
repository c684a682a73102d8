import { sha256 } from '@tr/hash';
import type { Databases } from './databases.js';

/** A state as it stands ready on a server: each of its databases has a sealed copy. */
export interface SealedState {
  /** Name of a database -> its sealed template. */
  readonly templates: ReadonlyMap<string, string>;
  /** What lay outside of databases at the time. */
  readonly globals: string;
}

/** Seals databases under the name of a state; they disappear under their own names. */
export async function sealState(
  databases: Databases,
  { id, names, globals }: { readonly id: string; readonly names: readonly string[]; readonly globals: string },
): Promise<SealedState> {
  const templates = new Map<string, string>();
  for (const name of names) {
    const template = toTemplateName(id, name);
    await databases.seal(name, template);
    templates.set(name, template);
  }
  return { templates, globals };
}

/** Fits into the 63 bytes that a name may have. */
export function toTemplateName(id: string, database: string): string {
  return `tr_${sha256(`${id}\n${database}`).slice(0, 32)}`;
}
