import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account } from '../process.js';

/** Tried in this order: the first that the machine has. */
const NAMES = ['postgres', 'nobody'];
/** What `nobody` is where no such user is listed. */
const NOBODY: Account = { uid: 65534, gid: 65534 };

/** Who servers run as: database servers refuse to run as root. Undefined = as we do, who are not root. */
export function findServerAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readUsers();
  for (const name of NAMES) {
    const account = users.get(name);
    if (account !== undefined && account.uid !== 0) return account;
  }
  return NOBODY;
}

/** True when `account` may pass through every folder down to `path`, and read (or enter) it. */
export function canReach(path: string, account: Account | undefined): boolean {
  if (account === undefined) return true;
  for (let at = path; ; at = dirname(at)) {
    const stat = statSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return false;
    const needed = stat.isDirectory() ? 0o1 : 0o4;
    const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0;
    if (((stat.mode >> shift) & needed) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function readUsers(): ReadonlyMap<string, Account> {
  const users = new Map<string, Account>();
  for (const line of readPasswd().split('\n')) {
    const [name, , uid, gid] = line.split(':');
    if (name !== undefined && /^\d+$/.test(uid ?? '')) users.set(name, { uid: Number(uid), gid: Number(gid) });
  }
  return users;
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    return '';
  }
}
