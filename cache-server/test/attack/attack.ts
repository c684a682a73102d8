import type { Claims, SignTerms } from './issuer.js';

/** Whose credential an attack uses: CI of the main branch, a pull request, a reader, or somebody of another tenant. */
export type Role = 'main' | 'pull' | 'reader' | 'stranger';

/** What a server must speak for an attack to make sense. */
export type Feature = 'oidc' | 'bazel' | 'grpc' | 'github-actions' | 'roles';

/** A server under attack. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly port: number;
  readonly features: ReadonlySet<Feature>;
  token(role: Role): string;
  /** The tenant that a client of this role names in its requests. */
  team(role: Role): string;
  /** A token of the issuer that the server trusts, or one that looks like it; only where it has `oidc`. */
  sign(claims: Claims, terms?: SignTerms): Promise<string>;
  /** Another origin of the same server where tokens of the issuer are taken; `url` for most. */
  readonly oidcUrl: string;
  /** Keys that a forged token points at and nobody must fetch: how often they were. */
  forgedKeyFetches(): number;
  /** Everything it logged; undefined where that cannot be seen. */
  log(): string | undefined;
  /** Files outside the place of the team that was named, and outside the store: empty for an honest server. */
  strayFiles(): readonly string[];
  close(): Promise<void>;
}

/** How an attack ended. */
export interface Verdict {
  /** True when the server held. */
  readonly held: boolean;
  /** What the attack met, in a few words: a status, mostly. */
  readonly met: string;
}

/** Something that must not work. */
export interface Attack {
  readonly title: string;
  readonly needs: readonly Feature[];
  run(target: Target): Promise<Verdict>;
}

/** An attack with its end on one server. `undefined` where the server has nothing of the kind. */
export type Outcome = Verdict | undefined;

/** Runs attacks one after the other. Rejects when a server does not answer any more. */
export async function runAttacks(attacks: readonly Attack[], target: Target): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const attack of attacks) {
    const isFor = attack.needs.every((feature) => target.features.has(feature));
    outcomes.push(isFor ? await attack.run(target) : undefined);
    const answer = await fetch(`${target.url}/v8/artifacts/status`, {
      headers: { authorization: `Bearer ${target.token('main')}` },
    });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${target.name} is not well after: ${attack.title} (${answer.status})`);
  }
  return outcomes;
}
