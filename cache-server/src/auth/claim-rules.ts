import { matchClaim, type Captures } from './claim-pattern.js';
import { parseScope, type Scope } from './scope.js';

/** Which tokens of an issuer get which scope. */
export interface ClaimRule {
  /**
   * Claim -> what it must be: a text, or one of several. `{name}` stands for one path segment that `scope` may use,
   * `{name...}` for any text, which `scope` has as a segment of its own, `*` for any text without `/`, `**` for any text.
   */
  readonly claims: Readonly<Record<string, string | readonly string[]>>;
  /** The scope, with `{name}` of the claims. */
  readonly scope: string;
  readonly readOnly?: boolean;
}

/**
 * Events of which the branch in the token says whose code runs. In others (`pull_request_target`, `workflow_run`, comments,
 * and whatever comes yet) CI runs with the rights of the main branch on the word of a stranger: a rule that is silent about
 * the event never matches them.
 */
const SAFE_EVENTS = ['push', 'pull_request', 'merge_group', 'schedule', 'workflow_dispatch', 'release'];

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
    const scope = parseScope(rule.scope.replace(/\{(\w+)\}/g, (_, name: string) => captured.get(name) ?? '/'));
    return scope === undefined ? undefined : { scope, mayWrite: rule.readOnly !== true };
  }
  return undefined;
}

function matchRule(rule: ClaimRule, claims: Readonly<Record<string, unknown>>): Captures | undefined {
  const event = claims['event_name'];
  if (typeof event === 'string' && !SAFE_EVENTS.includes(event) && rule.claims['event_name'] === undefined)
    return undefined;
  const captured = new Map<string, string>();
  for (const [claim, wanted] of Object.entries(rule.claims)) {
    const match = matchOne(typeof wanted === 'string' ? [wanted] : wanted, claims[claim]);
    if (match === undefined) return undefined;
    for (const [name, text] of match) {
      // A name that two claims bring stands for the same text in both.
      if ((captured.get(name) ?? text) !== text) return undefined;
      captured.set(name, text);
    }
  }
  return captured;
}

function matchOne(patterns: readonly string[], value: unknown): Captures | undefined {
  const text = typeof value === 'boolean' || typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  for (const pattern of patterns) {
    const match = matchClaim(pattern, text);
    if (match !== undefined) return match;
  }
  return undefined;
}
