/** Where entries live: `main`, `release/<name>`, `pr/<number>`, `user/<name>`, or another word made known by the configuration. */
declare const brand: unique symbol;
export type Scope = string & { readonly [brand]: 'Scope' };

/** Kind of a scope -> the scopes it reads after its own. `*` is for kinds that are not listed. */
export type ScopeParents = Readonly<Record<string, readonly Scope[]>>;

const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Reads a scope: one or two segments of letters, digits, `.`, `_` and `-`; undefined when it is none. */
export function parseScope(text: string): Scope | undefined {
  const segments = text.split('/');
  if (segments.length > 2 || !segments.every((segment) => SEGMENT.test(segment))) return undefined;
  return text as Scope;
}

/** The root of all chains unless the configuration says otherwise. */
export const MAIN_SCOPE = 'main' as Scope;

/** Pull requests, users and releases read `main` after their own entries; `main` reads only itself. */
export const DEFAULT_PARENTS: ScopeParents = { main: [], '*': [MAIN_SCOPE] };

/** `pr` of `pr/7`. */
export function kindOfScope(scope: Scope): string {
  return scope.split('/')[0] ?? scope;
}

/**
 * The scopes that a scope reads, its own first, each once. A parent's parents follow it; a circle in the configuration
 * ends where it closes.
 */
export function readChain(scope: Scope, parents: ScopeParents): readonly Scope[] {
  const chain: Scope[] = [];
  const visit = (next: Scope): void => {
    if (chain.includes(next)) return;
    chain.push(next);
    for (const parent of parentsOf(next, parents)) visit(parent);
  };
  visit(scope);
  return chain;
}

/** Own properties alone: `constructor` is a word like any other, and may be the name of a branch. */
function parentsOf(scope: Scope, parents: ScopeParents): readonly Scope[] {
  const kind = [scope, kindOfScope(scope), '*'].find((name) => Object.hasOwn(parents, name));
  return (kind === undefined ? undefined : parents[kind]) ?? [];
}
