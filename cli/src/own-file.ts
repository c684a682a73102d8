import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Node's own calls, also while a run is watched for what it looks at (recorded-run/): what the program consists of decides nothing
 * there, since a record names its build; and the names of stored code change.
 */
const UNSEEN = { closeSync, fstatSync, openSync, readSync };

/** The bytes of a file of the program. */
export function readOwnFile(path: string): Buffer {
  const file = UNSEEN.openSync(path, 'r');
  try {
    // Not of Node's pool: V8 copies code that does not begin at a multiple of 8.
    const bytes = Buffer.allocUnsafeSlow(UNSEEN.fstatSync(file).size);
    let at = 0;
    for (let read = 1; read > 0 && at < bytes.length; at += read)
      read = UNSEEN.readSync(file, bytes, at, bytes.length - at, at);
    return bytes.subarray(0, at);
  } finally {
    UNSEEN.closeSync(file);
  }
}
