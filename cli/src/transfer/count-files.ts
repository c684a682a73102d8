import type { Manifest } from '@tr/model';

/** Files among the outputs of a result, and their bytes together. */
export function countFiles({ entries }: Manifest): { readonly files: number; readonly bytes: number } {
  const sizes = entries.flatMap((entry) => (entry.type === 'file' ? [entry.digest.size] : []));
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
