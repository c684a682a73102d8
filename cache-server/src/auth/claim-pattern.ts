import { sha256 } from '@tr/hash';

/** One step of a pattern. */
type PatternStep =
  | { readonly kind: 'text'; readonly text: string }
  /** `{name}`: one or more characters, no slash. */
  | { readonly kind: 'name'; readonly name: string }
  /** `{name...}`: one or more characters of any kind, made a segment by {@link toSegment}. */
  | { readonly kind: 'names'; readonly name: string }
  /** `*`: any number of characters, no slash. */
  | { readonly kind: 'star' }
  /** `**`: any number of characters. */
  | { readonly kind: 'stars' };

/** What the names of a pattern stand for. */
export type Captures = ReadonlyMap<string, string>;

/** Claims are written by CI systems after what people called their branches; no real one is longer. */
const MAX_CLAIM_LENGTH = 1024;
const STEP = /\{(\w+)(\.\.\.)?\}|\*\*|\*|[^{*]+|\{/g;

/**
 * Matches a whole claim against a pattern, the wildcards as long as can be. Takes time in proportion to the length of both,
 * whatever the claim: no pattern of wildcards can be made to run wild by the name of a branch, as regular expressions can.
 * Undefined when it does not match.
 */
export function matchClaim(pattern: string, claim: string): Captures | undefined {
  if (claim.length > MAX_CLAIM_LENGTH) return undefined;
  const steps = parsePattern(pattern);
  const ends = findEnds(steps, claim);
  if (ends === undefined) return undefined;
  const captures = new Map<string, string>();
  let start = 0;
  for (const [at, step] of steps.entries()) {
    const end = ends[at] ?? start;
    if (step.kind === 'name' || step.kind === 'names') {
      const matched = claim.slice(start, end);
      const text = step.kind === 'name' ? matched : toSegment(matched);
      // The same name twice stands for the same text.
      if ((captures.get(step.name) ?? text) !== text) return undefined;
      captures.set(step.name, text);
    }
    start = end;
  }
  return captures;
}

/** The names that a pattern captures. */
export function listNames(pattern: string): readonly string[] {
  return parsePattern(pattern).flatMap((step) => (step.kind === 'name' || step.kind === 'names' ? [step.name] : []));
}

function parsePattern(pattern: string): readonly PatternStep[] {
  return [...pattern.matchAll(STEP)].map(([text, name, dots]): PatternStep => {
    if (name !== undefined) return { kind: dots === undefined ? 'name' : 'names', name };
    if (text === '**') return { kind: 'stars' };
    return text === '*' ? { kind: 'star' } : { kind: 'text', text };
  });
}

/**
 * Where each step ends. Looks from the end of the claim which steps can match from where, so that going forward never has
 * to go back.
 */
function findEnds(steps: readonly PatternStep[], claim: string): readonly number[] | undefined {
  const reachable = steps.map(() => new Uint8Array(claim.length + 1));
  const canEnd = new Uint8Array(claim.length + 1);
  canEnd[claim.length] = 1;
  for (let at = steps.length - 1; at >= 0; at--)
    markStarts(steps[at], { claim, from: reachable[at], after: reachable[at + 1] ?? canEnd });
  if (steps.length === 0) return claim === '' ? [] : undefined;
  if (reachable[0]?.[0] !== 1) return undefined;
  const ends: number[] = [];
  let start = 0;
  for (const [at, step] of steps.entries()) {
    start = longestEnd(step, { claim, start, after: reachable[at + 1] ?? canEnd });
    ends.push(start);
  }
  return ends;
}

interface StepPlace {
  readonly claim: string;
  /** 1 where the next step, and all after it, can match from. */
  readonly after: Uint8Array;
}

/** Sets 1 in `from` wherever the step can begin so that the rest matches. */
function markStarts(
  step: PatternStep | undefined,
  { claim, after, from }: StepPlace & { readonly from: Uint8Array | undefined },
): void {
  if (step === undefined || from === undefined) return;
  for (let start = claim.length; start >= 0; start--) {
    if (step.kind === 'text') {
      if (claim.startsWith(step.text, start) && after[start + step.text.length] === 1) from[start] = 1;
      continue;
    }
    const goesOn = start < claim.length && (isAny(step) || claim[start] !== '/');
    // One character, then either the next step or more of this one; a name needs that character.
    const withMore = goesOn && (after[start + 1] === 1 || from[start + 1] === 1);
    if (withMore || (!isName(step) && after[start] === 1)) from[start] = 1;
  }
}

function longestEnd(step: PatternStep, { claim, after, start }: StepPlace & { readonly start: number }): number {
  if (step.kind === 'text') return start + step.text.length;
  let best = !isName(step) && after[start] === 1 ? start : -1;
  for (let end = start; end < claim.length && (isAny(step) || claim[end] !== '/');) {
    end++;
    if (after[end] === 1) best = end;
  }
  return best;
}

/** True for steps that match slashes too. */
function isAny({ kind }: PatternStep): boolean {
  return kind === 'stars' || kind === 'names';
}

function isName({ kind }: PatternStep): boolean {
  return kind === 'name' || kind === 'names';
}

/** Readable part of a segment, and digits of a digest behind it: 80 bits, so that nobody finds a second text for one. */
const READABLE = 40;
const DIGITS = 20;

/**
 * One segment for any text, another one for another text: `feature/größe` is `feature-gr-e-` and a digest. Every text
 * gets its digest, the plainest too, or a branch could be called what another one becomes.
 */
function toSegment(text: string): string {
  const readable = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, READABLE);
  const digest = sha256(text).slice(0, DIGITS);
  return readable === '' ? digest : `${readable}-${digest}`;
}
