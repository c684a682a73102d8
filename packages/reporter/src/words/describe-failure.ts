import type { Failure, SourcePosition } from '@tr/model';
import { printable } from '../text/printable.js';
import { describeConfigFailure } from './config.js';
import { describeExportFailure } from './export.js';
import { describeFingerprintFailure } from './fingerprint.js';
import { describeGraphFailure } from './graph.js';
import { describeLockfileFailure } from './lockfile.js';
import { describeRemoteFailure } from './remote.js';
import { describeServiceFailure } from './service.js';
import { describeStoreFailure } from './store.js';
import { describeTaskFailure } from './task.js';
import { describeUsageFailure } from './usage.js';
import type { Words } from './words.js';
import { describeWorkspaceFailure } from './workspace.js';

/** The part of a code before the slash. */
type Area = Failure['code'] extends infer Code ? (Code extends `${infer Name}/${string}` ? Name : never) : never;

/** The failures of one area. */
type FailureOf<A extends Area> = Extract<Failure, { readonly code: `${A}/${string}` }>;

/** What is said about any failure, safe to print: names in it cannot drive the terminal. */
export function describeFailure(failure: Failure): Words {
  const { what, next } = describe(failure);
  return next === undefined ? { what: printable(what) } : { what: printable(what), next: printable(next) };
}

/** Where a failure lies in a file a person can edit; undefined when it lies nowhere in particular. */
export function positionOf(failure: Failure): SourcePosition | undefined {
  return 'at' in failure ? failure.at : undefined;
}

/** The area's own file has the words. A new area does not compile before it is here. */
function describe(failure: Failure): Words {
  if (isOf('config', failure)) return describeConfigFailure(failure);
  if (isOf('export', failure)) return describeExportFailure(failure);
  if (isOf('fingerprint', failure)) return describeFingerprintFailure(failure);
  if (isOf('graph', failure)) return describeGraphFailure(failure);
  if (isOf('lockfile', failure)) return describeLockfileFailure(failure);
  if (isOf('remote', failure)) return describeRemoteFailure(failure);
  if (isOf('service', failure)) return describeServiceFailure(failure);
  if (isOf('store', failure)) return describeStoreFailure(failure);
  if (isOf('task', failure)) return describeTaskFailure(failure);
  if (isOf('usage', failure)) return describeUsageFailure(failure);
  if (isOf('workspace', failure)) return describeWorkspaceFailure(failure);
  return failure satisfies never;
}

function isOf<A extends Area>(area: A, failure: Failure): failure is FailureOf<A> {
  return failure.code.startsWith(`${area}/`);
}
