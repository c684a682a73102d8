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
  if (patterns.length === 0) return () => false;
  const literals = new Set(patterns.filter((pattern) => /^[\w()]+$/.test(pattern)));
  const rest = patterns.filter((pattern) => !literals.has(pattern));
  if (nameCase === 'insensitive') return testOf(patterns, 'is');
  if (rest.length === 0) return (name) => literals.has(name);
  const test = testOf(rest, 's');
  return (name) => literals.has(name) || test(name);
}

function testOf(patterns: readonly string[], flags: string): (name: string) => boolean {
  const expression = new RegExp(`^(?:${patterns.map(toExpression).join('|')})$`, flags);
  return (name) => expression.test(name);
}

function toExpression(pattern: string): string {
  const text = pattern.startsWith('\\!') ? pattern.slice(1) : pattern;
  return text.replace(/\\\*|\*+|[$()+.?[\\\]^{|}/]/g, (token) => {
    if (token === '\\*') return '\\*';
    return token.startsWith('*') ? '.*' : `\\${token}`;
  });
}
