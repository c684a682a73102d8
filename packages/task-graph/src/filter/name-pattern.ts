import { createStarTest } from '@tr/model';

/** True when a name in a filter is a pattern. Only `*` is special; it crosses the `/` of a scope. */
export function isNamePattern(name: string): boolean {
  return name.includes('*');
}

/** Compiles a name pattern to a test of whole package names. */
export function createNamePattern(pattern: string): (name: string) => boolean {
  return createStarTest(pattern.split('*'));
}
