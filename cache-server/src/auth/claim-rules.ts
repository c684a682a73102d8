import { parseScope, type Scope } from './scope.js';

/** Which tokens of an issuer get which scope. */
export interface ClaimRule {
  /**
   * Claim -> what it must be: a text, or one of several. `{name}` stands for one path segment that `scope` may use, `*` for
   * any text without `/`, `**` for any text.
   */
  readonly claims: Readonly<Record<string, string | readonly string[]>>;
  /** The scope, with `{name}` of the claims. */
  readonly scope: string;
  readonly readOnly?: boolean;
}

/**
 * Events in which a CI runs with the rights of the main branch on the word of a stranger. A rule must name such an event
 * itself; a rule that is silent about it never matches it.
 */
const RISKY_EVENTS = ['pull_request_target', 'workflow_run', 'issue_comment', 'issues', 'discussion_comment'];

/** What a rule gives. */
export interface GrantedScope {
  readonly scope: Scope;
  readonly mayWrite: boolean;
}

/** The scope that the first matching rule gives; undefined when none matches or what it makes is no scope. */
export function applyRules(
  rules: readonly ClaimRule[],
  claims: Readonly<Record<string, unknown>>,
): GrantedScope | undefined {
  for (const rule of rules) {
    const captured = matchRule(rule, claims);
    if (captured === undefined) continue;
    const scope = parseScope(rule.scope.replace(/\{(\w+)\}/g, (_, name: string) => captured[name] ?? '/'));
    return scope === undefined ? undefined : { scope, mayWrite: rule.readOnly !== true };
  }
  return undefined;
}

function matchRule(rule: ClaimRule, claims: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const event = claims['event_name'];
  if (typeof event === 'string' && RISKY_EVENTS.includes(event) && rule.claims['event_name'] === undefined)
    return undefined;
  const captured: Record<string, string> = {};
  for (const [claim, wanted] of Object.entries(rule.claims)) {
    const value = claims[claim];
    const text = typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
    if (typeof text !== 'string') return undefined;
    const patterns = typeof wanted === 'string' ? [wanted] : wanted;
    const match = patterns.map((pattern) => toExpression(pattern).exec(text)).find((found) => found !== null);
    if (match === undefined) return undefined;
    Object.assign(captured, match.groups);
  }
  return captured;
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replace(/\{(\w+)\}|\*\*|\*|[\\^$.|?+()[\]{}]/g, (token, name: string | undefined) => {
    if (name !== undefined) return `(?<${name}>[^/]+)`;
    if (token === '**') return '.*';
    return token === '*' ? '[^/]*' : `\\${token}`;
  });
  return new RegExp(`^${source}$`, 's');
}
