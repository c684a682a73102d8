import { sorted, type Fingerprint, type MissReason, type NameChanges } from '@tr/model';

/**
 * The closures behind `externalClosure` (`name@version` -> integrity), where they are at hand; without them only the fact of a
 * change is known.
 */
export interface ClosurePair {
  readonly before: Readonly<Record<string, string>> | undefined;
  readonly after: Readonly<Record<string, string>> | undefined;
}

/**
 * What differs between two fingerprints of one task, each reason naming the exact file, variable, tool, package,
 * dependency or setting. Empty exactly when their keys are equal.
 */
export function diffFingerprints(
  before: Fingerprint,
  after: Fingerprint,
  closures?: ClosurePair,
): readonly MissReason[] {
  if (before.formatVersion !== after.formatVersion) {
    return [{ reason: 'format-changed', stored: before.formatVersion, current: after.formatVersion }];
  }
  return [
    ...commandReasons(before, after),
    ...configReasons(before, after),
    ...mapReason(before.inputs, after.inputs, (changes) => ({
      reason: 'inputs-changed',
      scope: 'package',
      ...changes,
    })),
    ...mapReason(before.globalFiles, after.globalFiles, (changes) => ({
      reason: 'inputs-changed',
      scope: 'global',
      ...changes,
    })),
    ...mapReason(before.env, after.env, (changes) => ({ reason: 'env-changed', scope: 'task', ...changes })),
    ...mapReason(before.globalEnv, after.globalEnv, (changes) => ({
      reason: 'env-changed',
      scope: 'global',
      ...changes,
    })),
    ...toolReasons(before, after),
    ...serviceReasons(before, after),
    ...closureReasons(before, after, closures),
    ...foreignLockfileReasons(before, after),
    ...mapReason(before.dependencies, after.dependencies, (changes) => ({
      reason: 'dependency-changed',
      root: undefined,
      ...changes,
    })),
  ];
}

/** Names whose values differ between two records. */
export function diffNames(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): NameChanges {
  const names = Object.keys(before);
  return {
    added: sorted(Object.keys(after).filter((name) => !Object.hasOwn(before, name))),
    removed: sorted(names.filter((name) => !Object.hasOwn(after, name))),
    modified: sorted(names.filter((name) => Object.hasOwn(after, name) && before[name] !== after[name])),
  };
}

type NameMap = Readonly<Record<string, string>>;

function mapReason(before: NameMap, after: NameMap, toReason: (changes: NameChanges) => MissReason): MissReason[] {
  const changes = diffNames(before, after);
  return isEmpty(changes) ? [] : [toReason(changes)];
}

function isEmpty({ added, removed, modified }: NameChanges): boolean {
  return added.length + removed.length + modified.length === 0;
}

function sameList(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((text, at) => text === after[at]);
}

function commandReasons(before: Fingerprint, after: Fingerprint): MissReason[] {
  if (sameList(before.commands, after.commands) && sameList(before.arguments, after.arguments)) return [];
  return [{ reason: 'command-changed', before: commandText(before), after: commandText(after) }];
}

function commandText({ commands, arguments: passed }: Fingerprint): string {
  const text = commands.join(' && ');
  // Quoted, so that two lists which differ never read the same.
  return passed.length === 0 ? text : `${text} -- ${passed.map((each) => JSON.stringify(each)).join(' ')}`;
}

/** Settings by the names the configuration gives them. */
function configReasons(before: Fingerprint, after: Fingerprint): MissReason[] {
  const keys: string[] = [];
  if (before.directory !== after.directory) keys.push('directory');
  if (!isEmpty(diffNames(before.engines, after.engines))) keys.push('engines');
  if (!sameList(before.envFiles ?? [], after.envFiles ?? [])) keys.push('envFiles');
  if (before.envMode !== after.envMode) keys.push('envMode');
  if (!isEmpty(diffNames(before.launch ?? {}, after.launch ?? {}))) keys.push('launch');
  const sameInclusions = sameList(before.outputs.include, after.outputs.include);
  if (!sameInclusions || !sameList(before.outputs.exclude, after.outputs.exclude)) keys.push('outputs');
  if (!sameList(before.passThroughEnv, after.passThroughEnv)) keys.push('passThroughEnv');
  if (!sameSnapshot(before.snapshot, after.snapshot)) keys.push('snapshot');
  if (before.task !== after.task) keys.push('task');
  if (before.workers !== after.workers) keys.push('workers');
  return keys.length === 0 ? [] : [{ reason: 'config-changed', keys }];
}

function toolReasons(before: Fingerprint, after: Fingerprint): MissReason[] {
  const { added, removed, modified } = diffNames(before.tools, after.tools);
  return sorted([...added, ...removed, ...modified]).map((tool) => ({
    reason: 'tool-changed',
    tool,
    before: before.tools[tool],
    after: after.tools[tool],
  }));
}

function serviceReasons(before: Fingerprint, after: Fingerprint): MissReason[] {
  const [was, is] = [before.services ?? {}, after.services ?? {}];
  const { added, removed, modified } = diffNames(was, is);
  return sorted([...added, ...removed, ...modified]).map((service) => ({
    reason: 'service-changed',
    service,
    before: was[service],
    after: is[service],
  }));
}

function sameSnapshot(before: Fingerprint['snapshot'], after: Fingerprint['snapshot']): boolean {
  if (before === undefined || after === undefined) return before === after;
  return before.service === after.service && before.base === after.base && sameList(before.steps, after.steps);
}

function closureReasons(before: Fingerprint, after: Fingerprint, closures: ClosurePair | undefined): MissReason[] {
  if (before.externalClosure === after.externalClosure) return [];
  const known = closures?.before !== undefined && closures.after !== undefined;
  // A side without a closure has no packages; a side whose closure is merely not at hand must not look like that.
  const packagesBefore = before.externalClosure === undefined ? {} : closures?.before;
  const packagesAfter = after.externalClosure === undefined ? {} : closures?.after;
  const comparable = known || (packagesBefore !== undefined && packagesAfter !== undefined);
  const changes = comparable
    ? diffNames(packagesBefore ?? {}, packagesAfter ?? {})
    : { added: [], removed: [], modified: [] };
  return [{ reason: 'lockfile-changed', lockfile: undefined, ...changes }];
}

/** One reason per lockfile that counts whole; its own name stands in the list that says what happened to it. */
function foreignLockfileReasons(before: Fingerprint, after: Fingerprint): MissReason[] {
  const { added, removed, modified } = diffNames(before.foreignLockfiles, after.foreignLockfiles);
  const none: NameChanges = { added: [], removed: [], modified: [] };
  return [
    ...added.map((path): MissReason => ({ reason: 'lockfile-changed', lockfile: path, ...none, added: [path] })),
    ...removed.map((path): MissReason => ({ reason: 'lockfile-changed', lockfile: path, ...none, removed: [path] })),
    ...modified.map((path): MissReason => ({ reason: 'lockfile-changed', lockfile: path, ...none, modified: [path] })),
  ];
}
