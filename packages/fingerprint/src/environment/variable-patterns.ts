import { createStarTest } from '@tr/model';

/** A compiled list of variable patterns (`NAME`, `A_*`, `!NAME`, `\*`). */
export interface VariablePatterns {
  /** True when an inclusion names it, whatever the exclusions say. */
  includes(name: string): boolean;
  /** True when a `!` pattern names it. */
  excludes(name: string): boolean;
}

/** Whether variable names are compared without case, as Windows does. */
export type NameCase = 'sensitive' | 'insensitive';

/**
 * Compiles patterns. `*` stands for any run of characters, `\*` for a star, a leading `\!` for a literal `!`. The order
 * of the patterns never matters.
 */
export function compileVariablePatterns(patterns: readonly string[], nameCase: NameCase): VariablePatterns {
  const exclusions = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const inclusions = patterns.filter((pattern) => !pattern.startsWith('!'));
  return {
    includes: compileNames(inclusions, nameCase),
    excludes: compileNames(exclusions, nameCase),
  };
}

function compileNames(patterns: readonly string[], nameCase: NameCase): (name: string) => boolean {
  if (nameCase === 'insensitive') {
    const test = compileNames(
      patterns.map((pattern) => pattern.toLowerCase()),
      'sensitive',
    );
    return (name) => test(name.toLowerCase());
  }
  const literals = new Set(patterns.filter((pattern) => /^[\w()]+$/.test(pattern)));
  const tests = patterns.filter((pattern) => !literals.has(pattern)).map((pattern) => createStarTest(partsOf(pattern)));
  return (name) => literals.has(name) || tests.some((test) => test(name));
}

/** What stands between the stars. A backslash takes a star behind it literally, and stands for itself elsewhere. */
function partsOf(pattern: string): readonly string[] {
  const text = pattern.startsWith('\\!') ? pattern.slice(1) : pattern;
  return text.split(/(?<!\\)\*/).map((part) => part.replaceAll('\\*', '*'));
}
