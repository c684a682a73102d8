import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ServiceDefinition, ServiceFailure } from '@tr/model';
import type { Account } from '../process.js';
import { ServiceError } from '../service-error.js';
import { isNoSpace } from './is-no-space.js';
import { writeOwnerFile } from './owner-file.js';
import type { Register, RegisterOwner } from './register.js';
import { isSweptByOwner } from './sweep-orphans.js';
import { findDisk, findMemory, listOtherDisks } from './storage.js';
import { DIRECTORY_PREFIX } from './sweep.js';

/** Longest path of a socket that every system takes, bytes (`sun_path` of macOS less its end). */
const MAX_SOCKET_PATH = 100;
/** The programs of an engine, bytes. */
const SHARED_BYTES = 256 * 1024 * 1024;
/** Most states of small databases, bytes. */
const SPARE_BYTES = 64 * 1024 * 1024;
/** Room for the longest name of a socket below its folder. */
const SOCKET_NAME = '/.s.PGSQL.65535'.length;

/** Folders of one server. */
export interface Place {
  /** Holds the others; random name, removed with everything in it. */
  readonly directory: string;
  /** For its data; not made yet: who fills it makes it. */
  readonly data: string;
  /** Its sockets: short enough, its account's own. */
  readonly sockets: string;
  readonly isInMemory: boolean;
  remove(): Promise<void>;
}

/** A folder of ours alone. */
export interface RemovableFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** What is asked of a place. */
export interface PlaceRequest {
  readonly service: ServiceDefinition;
  /** Estimate of what it will hold. */
  readonly bytes: number;
  /** Memory has just turned out to be too small. */
  readonly avoidMemory: boolean;
}

/** Where places may be. */
export interface PlacesOptions {
  readonly register: Register;
  /** Told in each folder; undefined = what is made outlives its maker. */
  readonly owner: RegisterOwner | undefined;
  readonly account: Account | undefined;
  /** `.tr/services`. */
  readonly directory: string;
  readonly runtimeDirectory: string | undefined;
  readonly warn: (failure: ServiceFailure) => void;
}

/** Makes the folders of servers, registered before they exist. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #shared: string[] = [];
  #hasWarned = false;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  create(request: PlaceRequest): Place {
    const memory = this.#findMemory(request);
    try {
      if (memory !== undefined) return this.#create(memory, request, true);
    } catch (error) {
      if (!isNoSpace(error)) throw error;
      this.reportFullMemory(request.service, memory ?? '');
    }
    return this.#create(this.#disk(), request, false);
  }

  #create(base: string, request: PlaceRequest, isInMemory: boolean): Place {
    const directory = this.#make(base, request.service.name);
    const data = join(directory, 'data');
    const own = join(directory, 's');
    const isShort = Buffer.byteLength(own) + SOCKET_NAME <= MAX_SOCKET_PATH;
    const apart = isShort ? undefined : this.#make('/tmp', request.service.name);
    const sockets = apart === undefined ? own : join(apart, 's');
    try {
      mkdirSync(sockets, { mode: 0o700 });
    } catch (error) {
      for (const path of [directory, ...(apart === undefined ? [] : [apart])]) rmSync(path, { recursive: true });
      throw error;
    }
    const { account } = this.#options;
    if (account !== undefined) chownSync(sockets, account.uid, account.gid);
    return {
      directory,
      data,
      sockets,
      isInMemory,
      remove: async () => {
        for (const path of [directory, ...(apart === undefined ? [] : [apart])]) await removeDirectory(path);
      },
    };
  }

  /** A folder for sockets of our own, which the tasks of this run connect to. */
  createSocketFolder(): string {
    const path = this.#makeShared(findMemory(0, this.#options.runtimeDirectory) ?? '/tmp', 'run');
    // Servers have no business here, and a socket of a process without a umask is open to all who reach it.
    chmodSync(path, 0o700);
    return path;
  }

  /** A folder of this run that the servers' account can enter and read. */
  createSharedFolder(): string {
    const path = this.#makeShared(findMemory(SHARED_BYTES, this.#options.runtimeDirectory) ?? this.#disk(), 'engine');
    chmodSync(path, 0o755);
    return path;
  }

  /** A folder on disk for ourselves; whoever asks for it removes it. */
  createScratchFolder(): string {
    return this.#make(this.#disk(), 'scratch');
  }

  /** Folders on other disks than that of `full`, then in memory: for what has no room there. */
  listSpareFolders(full: string): readonly string[] {
    const memory = findMemory(SPARE_BYTES, this.#options.runtimeDirectory);
    return listOtherDisks(full, ['/var/tmp', '/tmp', ...(memory === undefined ? [] : [memory])]);
  }

  /** A folder of this run in `folder`, for ourselves. */
  createSharedFolderIn(folder: string): string {
    return this.#makeShared(folder, 'spare');
  }

  /** A folder in `folder`, on its file system, for what is written there and then renamed to its place. */
  createFolderIn(folder: string): RemovableFolder {
    const path = this.#make(folder, 'new');
    return { path, remove: () => removeDirectory(path) };
  }

  /** Removes what the servers of this run shared. */
  async removeShared(): Promise<void> {
    await Promise.all(this.#shared.splice(0).map(removeDirectory));
  }

  /** Memory was full although it looked large enough: says so, once. Throws when memory is what was asked for. */
  reportFullMemory(service: ServiceDefinition, path: string): void {
    const failure = { code: 'service/no-space', service: service.name, path } as const;
    if (service.storage === 'memory') throw new ServiceError(failure);
    if (!this.#hasWarned) this.#options.warn(failure);
    this.#hasWarned = true;
  }

  /** A full disk keeps us from noting a folder, not from finding it: it says whose it is. */
  #register(path: string): void {
    try {
      this.#options.register.add({ directory: path });
    } catch (error) {
      if (!isNoSpace(error) || this.#options.owner === undefined || !isSweptByOwner(path)) throw error;
    }
  }

  #makeShared(base: string, name: string): string {
    const path = this.#make(base, name);
    this.#shared.push(path);
    return path;
  }

  #findMemory({ service, bytes, avoidMemory }: PlaceRequest): string | undefined {
    if (avoidMemory || service.storage === 'disk') return undefined;
    const found = findMemory(bytes, this.#options.runtimeDirectory);
    if (found === undefined && service.storage === 'memory') {
      throw new ServiceError({ code: 'service/no-space', service: service.name, path: '/dev/shm' });
    }
    return found;
  }

  #disk(): string {
    const { directory, account } = this.#options;
    mkdirSync(directory, { recursive: true });
    return findDisk([directory, '/var/tmp'], account);
  }

  /**
   * Ours alone, or as root: to be passed through by the servers' account. That account owns nothing on the way, so that
   * what we write into as root is never a path that somebody else can redirect.
   */
  #make(base: string, name: string): string {
    const path = join(base, `${DIRECTORY_PREFIX}${toFileName(name)}-${randomBytes(6).toString('hex')}`);
    this.#register(path);
    mkdirSync(path, { mode: 0o700 });
    // Not as the mode it is made with: that gives way to a umask of 077.
    if (this.#options.account !== undefined) chmodSync(path, 0o711);
    if (this.#options.owner !== undefined) writeOwnerFile(path, this.#options.owner);
    return path;
  }
}

/** Removes a folder of ours with everything in it; a server that is ending may still write into it. */
async function removeDirectory(path: string): Promise<void> {
  if (!basename(path).startsWith(DIRECTORY_PREFIX)) return;
  await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

/** At most 12 harmless characters of a name, so that sockets stay short. */
function toFileName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '').slice(0, 12);
}
