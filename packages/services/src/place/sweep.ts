import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, isAbsolute, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { trySignal } from '../process.js';
import { listOwnFiles } from './list-own-files.js';
import { identifyProcess, isAlive, type Machine, type ProcessIdentity } from './process-identity.js';
import { parseEntry, parseOwner, type RegisterEntry, type RegisterOwner } from './register.js';

/** A register of another machine or container (a shared folder) cannot be judged; it is believed dead after this. */
const STRANGER_MS = 7 * 24 * 60 * 60 * 1000;
/** Every directory of ours is called so. */
export const DIRECTORY_PREFIX = 'tr-';
/** The whole of such a name: nobody else has a directory called so by chance. */
export const DIRECTORY_NAME = /^tr-[A-Za-z0-9]{0,12}-[0-9a-f]{12}$/;
const KILL_TRIES = 300;
/** Of those: waiting for what was asked to end. */
const ASK_TRIES = 100;

/** Where to sweep, and who is sweeping. */
export interface SweepOptions {
  /** Folder of registers. */
  readonly registers: string;
  readonly machine: Machine;
  readonly now: number;
  /** File name of the register of this very run. */
  readonly own: string;
}

/** Ends and removes what runs left that are dead. Never touches what belongs to a live one. One readdir when clean. */
export async function sweep(options: SweepOptions): Promise<void> {
  for (const name of listOwnFiles(options.registers, /\.jsonl$/)) {
    if (name === options.own) continue;
    const path = join(options.registers, name);
    const register = readRegister(path);
    if (register === undefined) continue;
    if (await isDead(register.owner, path, options)) await clear(path, register);
  }
}

/** Ends and removes what a register lists, whoever owns it, and the register. */
export async function clearRegister(path: string): Promise<void> {
  const register = readRegister(path);
  if (register !== undefined) await clear(path, register);
}

/** True when the register is there, and every server that it lists is running. */
export async function isRunning(path: string): Promise<boolean> {
  const servers = (readRegister(path)?.entries ?? []).flatMap((entry) => ('server' in entry ? entry.server : []));
  const alive = await Promise.all(servers.map(isAlive));
  return alive.length > 0 && alive.every(Boolean);
}

/** Ends what works in folders of ours, and removes them. */
export async function clearDirectories(directories: readonly string[]): Promise<void> {
  await clearEntries(directories.map((directory) => ({ directory })));
}

async function clear(path: string, { entries }: ReadRegister): Promise<void> {
  await clearEntries(entries);
  rmSync(path, { force: true });
}

async function clearEntries(entries: readonly RegisterEntry[]): Promise<void> {
  await endServers(entries);
  await Promise.all(directoriesOf(entries).map((directory) => rm(directory, { recursive: true, force: true })));
}

interface ReadRegister {
  readonly owner: RegisterOwner;
  readonly entries: readonly RegisterEntry[];
}

/** Undefined = of a later version, or gone meanwhile. Its last line may be torn, any other as somebody wants it. */
function readRegister(path: string): ReadRegister | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [first = '', ...lines] = text.split('\n');
  const owner = parseOwner(parseLine(first));
  return owner && { owner, entries: lines.flatMap((line) => parseEntry(parseLine(line)) ?? []) };
}

function parseLine(line: string): unknown {
  try {
    return line === '' ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function isDead(owner: RegisterOwner, path: string, options: SweepOptions): Promise<boolean> {
  const known = await isDeadHere(owner, options.machine);
  if (known !== undefined) return known;
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat !== undefined && options.now - stat.mtimeMs > STRANGER_MS;
}

/** Undefined = another machine's or container's, which cannot be told from here. */
export async function isDeadHere({ machine, owner }: RegisterOwner, here: Machine): Promise<boolean | undefined> {
  if (machine.host !== here.host) return undefined;
  if (machine.boot !== here.boot) return true;
  return machine.namespace === here.namespace ? !(await isAlive(owner)) : undefined;
}

/** Only what is named as ours is ever removed, whatever the register says: it may have come with the repository. */
function directoriesOf(entries: readonly RegisterEntry[]): readonly string[] {
  return entries
    .flatMap((entry) => ('directory' in entry ? entry.directory : []))
    .filter((path) => isAbsolute(path) && DIRECTORY_NAME.test(basename(path)));
}

async function endServers(entries: readonly RegisterEntry[]): Promise<void> {
  const directories = directoriesOf(entries);
  for (let tried = 0; tried < KILL_TRIES; tried += 1) {
    const running = await findServers(entries, directories);
    if (running.length === 0) return;
    // At first in a way that lets PostgreSQL give back its shared memory. Each server leads a group of its own.
    const signal = tried < ASK_TRIES ? 'SIGQUIT' : 'SIGKILL';
    for (const pid of running) {
      if (tried > 0 && tried < ASK_TRIES) continue;
      if (!trySignal(-pid, signal)) trySignal(pid, signal);
    }
    await delay(10);
  }
}

/**
 * Registered ones; and on Linux whoever works inside a registered directory, whose name is random and ours, or has it in
 * its environment: a server that was started right before its owner died, and what servers have started.
 */
async function findServers(
  entries: readonly RegisterEntry[],
  directories: readonly string[],
): Promise<readonly number[]> {
  const registered: number[] = [];
  for (const entry of entries)
    if ('server' in entry && (await isAlive(entry.server))) registered.push(entry.server.pid);
  if (process.platform !== 'linux') return registered;
  const inside = listProcesses().filter((pid) => {
    const told = `${workingDirectory(pid) ?? ''}/\n${environmentOf(pid)}`;
    return directories.some((directory) => told.includes(`${directory}/`));
  });
  const alive: ProcessIdentity[] = [];
  for (const pid of inside) {
    const identity = await identifyProcess(pid);
    if (identity !== undefined) alive.push(identity);
  }
  return [...new Set([...registered, ...alive.map(({ pid }) => pid)])];
}

function listProcesses(): readonly number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : []));
}

function workingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

/** Empty when it is not ours to read. */
function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
