import type { ByteRange } from '@tr/store';
import { Problem } from './problem.js';

/** Reads `bytes=a-b`, `bytes=a-` and `bytes=-n` against a size; undefined for several ranges, which may be ignored. */
export function parseRange(header: string, size: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header.trim()) ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) throw new Problem('bad-range');
  return { start, end };
}
