import { isRecord } from '@tr/model';
import { listNames } from '../auth/claim-pattern.js';
import { isKeyAddress } from '../auth/key-address.js';
import type { ClaimRule } from '../auth/claim-rules.js';
import type { TrustedIssuer } from '../auth/oidc.js';
import { DEFAULT_PARENTS, parseScope, type ScopeParents } from '../auth/scope.js';
import { parseTrustedKeys, type TrustedKeys } from '@tr/transport';
import type { SignedBy } from '../auth/signed-by.js';
import { isSignedOnlyRule, type SignedOnlyRule } from '../auth/signed-only.js';
import { UsageError } from './usage-error.js';
import { hintAt } from './wrong-flag.js';

/** What the trust file says. */
export interface TrustConfig {
  readonly issuers: readonly TrustedIssuer[];
  readonly parents: ScopeParents;
  readonly signedOnly: readonly SignedOnlyRule[];
  readonly signedBy: SignedBy;
}

const KEYS = ['issuers', 'parents', 'signedOnly', 'signedBy'];
const ISSUER_KEYS = ['issuer', 'audience', 'tenant', 'jwksUrl', 'rules'];
const RULE_KEYS = ['claims', 'scope', 'readOnly'];

/** Reads the trust file: which CI tokens get which scope, and which scopes read which. Throws {@link UsageError}. */
export function parseTrustConfig(text: string): TrustConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const file = toRecord(value, 'the trust file', KEYS);
  return {
    issuers: toList(file['issuers'] ?? [], 'issuers').map((issuer, at) => parseIssuer(issuer, `issuers[${at}]`)),
    parents: file['parents'] === undefined ? DEFAULT_PARENTS : parseParents(file['parents']),
    signedOnly: toList(file['signedOnly'] ?? [], 'signedOnly').map((rule) => parsePlace(rule, 'signedOnly')),
    signedBy: parseSignedBy(file['signedBy'] ?? {}),
  };
}

function parseIssuer(value: unknown, where: string): TrustedIssuer {
  const record = toRecord(value, where, ISSUER_KEYS);
  const { tenant = 'default', jwksUrl } = record;
  return {
    // Where nothing says where its keys are, they are looked up below its address.
    issuer: (jwksUrl === undefined ? toAddress : toText)(record['issuer'], `${where}.issuer`),
    // Without an audience, a token made for somebody else would do.
    audience: toText(record['audience'], `${where}.audience`),
    tenant: toText(tenant, `${where}.tenant`),
    jwksUrl: jwksUrl === undefined ? undefined : toAddress(jwksUrl, `${where}.jwksUrl`),
    rules: toList(record['rules'], `${where}.rules`).map((rule, at) => parseRule(rule, `${where}.rules[${at}]`)),
  };
}

function parseRule(value: unknown, where: string): ClaimRule {
  const record = toRecord(value, where, RULE_KEYS);
  const claims = parseClaims(record['claims'], `${where}.claims`);
  if (Object.keys(claims).length === 0)
    throw new UsageError(`${where}.claims must not be empty: every repository of the issuer would match.`);
  const { readOnly = false } = record;
  if (typeof readOnly !== 'boolean') throw new UsageError(`${where}.readOnly must be true or false.`);
  return { claims, scope: toScopePattern(record['scope'], claims, where), readOnly };
}

/** Made from entries: a claim called `__proto__` that got lost would let more jobs in than the file says. */
function parseClaims(value: unknown, where: string): ClaimRule['claims'] {
  const entries = Object.entries(toRecord(value, where)).map(([claim, wanted]) => {
    const place = `${where}.${claim}`;
    return [claim, Array.isArray(wanted) ? wanted.map((text) => toText(text, place)) : toText(wanted, place)] as const;
  });
  return Object.fromEntries(entries);
}

/** What the claims of a rule make of its scope has to be one; else every job that the rule is for would get 403. */
function toScopePattern(value: unknown, claims: ClaimRule['claims'], where: string): string {
  const scope = toText(value, `${where}.scope`);
  const known = Object.values(claims).flat().flatMap(listNames);
  const unknown = [...scope.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`${where}.scope has \`{${unknown}}\`, which none of its claims brings.`);
  if (parseScope(scope.replaceAll(/\{\w+\}/g, 'x')) === undefined)
    throw new UsageError(`${where}.scope must be like main, release/{name} or pr/{number}, not \`${scope}\`.`);
  return scope;
}

/** Where keys are fetched from. */
function toAddress(value: unknown, where: string): string {
  const text = toText(value, where);
  if (!isKeyAddress(text))
    throw new UsageError(
      `${where} must be an address such as https://gitlab.example.com, not \`${text}\`; http:// only on this machine.`,
    );
  return text;
}

function parsePlace(value: unknown, where: string): SignedOnlyRule {
  const rule = toText(value, where);
  if (!isSignedOnlyRule(rule)) throw new UsageError(`${where} must name tenants or tenant/scope, not \`${rule}\`.`);
  return rule;
}

function parseSignedBy(value: unknown): SignedBy {
  const rules = new Map<SignedOnlyRule, TrustedKeys>();
  for (const [place, list] of Object.entries(toRecord(value, 'signedBy'))) {
    const where = `signedBy.${place}`;
    const keys = parseTrustedKeys(toList(list, where).map((key) => toText(key, where)));
    if (!keys.ok || keys.value.size === 0)
      throw new UsageError(`${where} must list public Ed25519 keys, PEM or base64.`);
    rules.set(parsePlace(place, 'signedBy'), keys.value);
  }
  return rules;
}

function parseParents(value: unknown): ScopeParents {
  const parents = Object.entries(toRecord(value, 'parents')).map(([kind, list]) => {
    const scopes = toList(list, `parents.${kind}`).map((text) => {
      const scope = parseScope(toText(text, `parents.${kind}`));
      if (scope === undefined) throw new UsageError(`parents.${kind} has something that is no scope.`);
      return scope;
    });
    return [kind, scopes] as const;
  });
  return { ...DEFAULT_PARENTS, ...Object.fromEntries(parents) };
}

function toRecord(value: unknown, where: string, keys?: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw new UsageError(`${where} must be an object.`);
  if (keys === undefined) return value;
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined)
    throw new UsageError(`${where} has an unknown key, \`${unknown}\`. ${hintAt(unknown, keys)}`);
  return value;
}

function toList(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new UsageError(`${where} must be a list.`);
  return value;
}

function toText(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw new UsageError(`${where} must be a text.`);
  return value;
}
