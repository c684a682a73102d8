import { isSha256 } from '@tr/hash';
import {
  FINGERPRINT_VERSION,
  isRecord,
  type BlobId,
  type ActionKey,
  type Fingerprint,
  type SnapshotSpec,
  type TaskId,
} from '@tr/model';

/** A stored fingerprint after validation. */
export type ParsedFingerprint =
  | { readonly kind: 'fingerprint'; readonly fingerprint: Fingerprint }
  /** Written by a `tr` with another format: it can be told apart from damage, but not compared. */
  | { readonly kind: 'unknown-version'; readonly version: number };

/** Validates a stored fingerprint (hostile until here); undefined when it is not one. Unknown fields are dropped. */
export function parseFingerprint(json: unknown): ParsedFingerprint | undefined {
  if (!isRecord(json)) return undefined;
  const version = json['formatVersion'];
  if (typeof version !== 'number' || !Number.isInteger(version)) return undefined;
  if (version !== FINGERPRINT_VERSION) return { kind: 'unknown-version', version };
  const fingerprint = parseCurrent(json);
  return fingerprint && { kind: 'fingerprint', fingerprint };
}

function parseCurrent(json: Readonly<Record<string, unknown>>): Fingerprint | undefined {
  const { task, directory, commands, outputs, env, envMode, passThroughEnv, tools, globalEnv } = json;
  const { inputs, globalFiles, foreignLockfiles, dependencies, externalClosure, engines, envFiles, launch } = json;
  const { services, workers, snapshot } = json;
  const passedArguments = json['arguments'];
  if (typeof task !== 'string' || typeof directory !== 'string') return undefined;
  if (envMode !== 'strict' && envMode !== 'loose') return undefined;
  if (externalClosure !== undefined && !isSha256(externalClosure)) return undefined;
  if (!isStrings(commands) || !isStrings(passedArguments) || !isStrings(passThroughEnv)) return undefined;
  if (!isRecord(outputs) || !isStrings(outputs['include']) || !isStrings(outputs['exclude'])) return undefined;
  if (!isMap(inputs, isBlobId) || !isMap(globalFiles, isBlobId) || !isMap(foreignLockfiles, isBlobId)) return undefined;
  if (!isMap(env, isHashedValue) || !isMap(globalEnv, isHashedValue)) return undefined;
  if (envFiles !== undefined && !isStrings(envFiles)) return undefined;
  if (launch !== undefined && !isMap(launch, isString)) return undefined;
  if (services !== undefined && !isMap(services, isString)) return undefined;
  if (workers !== undefined && typeof workers !== 'number') return undefined;
  if (snapshot !== undefined && !isSnapshot(snapshot)) return undefined;
  if (!isMap(tools, isString) || !isMap(engines, isString) || !isMap(dependencies, isActionKey)) return undefined;
  return {
    formatVersion: FINGERPRINT_VERSION,
    task: task as TaskId,
    directory,
    commands,
    arguments: passedArguments,
    inputs,
    outputs: { include: outputs['include'], exclude: outputs['exclude'] },
    env,
    envMode,
    passThroughEnv,
    tools,
    globalFiles,
    globalEnv,
    dependencies,
    externalClosure,
    foreignLockfiles,
    engines,
    ...(envFiles !== undefined && { envFiles }),
    ...(launch !== undefined && { launch }),
    ...(services !== undefined && { services }),
    ...(workers !== undefined && { workers }),
    ...(snapshot !== undefined && { snapshot }),
  };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isString);
}

function isSnapshot(value: unknown): value is SnapshotSpec {
  if (!isRecord(value) || !isString(value['service']) || !isStrings(value['steps'])) return false;
  return value['base'] === undefined || isString(value['base']);
}

function isBlobId(value: unknown): value is BlobId {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})(?:\+stored)?(?:\+x)?$/.test(value);
}

function isHashedValue(value: unknown): value is string {
  return value === '' || isSha256(value);
}

function isActionKey(value: unknown): value is ActionKey {
  return isSha256(value);
}

function isMap<T>(value: unknown, is: (each: unknown) => each is T): value is Readonly<Record<string, T>> {
  return isRecord(value) && Object.values(value).every(is);
}
