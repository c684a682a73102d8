import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Ceph's S3 gateway over a cluster of one monitor and one storage daemon. */
export interface CephServer {
  readonly url: string;
  /** Of a user that may make buckets. */
  readonly accessKey: string;
  readonly secretKey: string;
  /** Another user, who may do nothing with the buckets of the first one but what a policy says. */
  createUser(name: string): { readonly accessKey: string; readonly secretKey: string };
  /** Takes the key of such a user away, or gives it back. */
  setKey(name: string, isGood: boolean): void;
  close(): Promise<void>;
}

const ACCESS_KEY = 'CEPHTESTKEY';
const SECRET_KEY = 'a-secret-of-the-end-to-end-tests';
/** Another process may take a port between the look for a free one and its use. */
const TRIES = 3;
const COMMAND_MS = 60_000;
const START_MS = 60_000;

/** Where the storage daemon keeps objects. */
export interface CephOptions {
  /** Bytes of a sparse file that holds them; undefined = they are in memory, at most 2 GiB. */
  readonly diskBytes?: number | undefined;
}

/** Starts it on free ports; takes about a second. Everything lies in a temporary directory. */
export async function startCephServer(options: CephOptions = {}): Promise<CephServer> {
  for (let left = TRIES; ; left--) {
    const cluster = new CephCluster(options);
    try {
      return await cluster.start();
    } catch (error) {
      await cluster.close();
      if (left <= 1) throw error;
    }
  }
}

class CephCluster {
  readonly #directory = mkdtempSync(join(tmpdir(), 'tr-ceph-'));
  readonly #children: ChildProcess[] = [];
  readonly #options: CephOptions;
  readonly #killAll = (): void => this.#children.forEach((child) => void child.kill('SIGKILL'));

  constructor(options: CephOptions) {
    this.#options = options;
  }

  async start(): Promise<CephServer> {
    process.once('exit', this.#killAll);
    const [monitorPort, gatewayPort] = await Promise.all([freePort(), freePort()]);
    const at = (name: string): string => join(this.#directory, name);
    for (const name of ['mon', 'osd', 'run']) mkdirSync(at(name));
    const cluster = randomUUID();
    writeFileSync(at('ceph.conf'), configurationOf({ cluster, at, monitorPort, gatewayPort, ...this.#options }));
    this.#run('monmaptool', ['--create', '--fsid', cluster, '--addv', 'a', `[v2:127.0.0.1:${monitorPort}]`, at('map')]);
    this.#run('ceph-authtool', [
      '--create-keyring',
      at('keyring'),
      '--gen-key',
      '-n',
      'mon.',
      '--cap',
      'mon',
      'allow *',
    ]);
    this.#run('ceph-mon', ['-i', 'a', '--mkfs', '--monmap', at('map'), '--keyring', at('keyring')]);
    this.#spawn('ceph-mon', ['-i', 'a']);
    const storage = randomUUID();
    this.#run('ceph', ['--connect-timeout', '20', 'osd', 'new', storage]);
    this.#run('ceph-osd', ['-i', '0', '--no-mon-config', '--mkfs', '--osd-uuid', storage]);
    this.#spawn('ceph-osd', ['-i', '0']);
    this.#createUser('tr', ACCESS_KEY);
    const gateway = this.#spawn('radosgw', ['-n', 'client.rgw']);
    const url = `http://127.0.0.1:${gatewayPort}`;
    await this.#untilAnswers(url, gateway);
    const createUser = (name: string) => this.#createUser(name, keyOf(name));
    const setKey = (name: string, isGood: boolean) => this.#setKey(name, isGood);
    return { url, accessKey: ACCESS_KEY, secretKey: SECRET_KEY, createUser, setKey, close: () => this.close() };
  }

  #createUser(name: string, accessKey: string): { readonly accessKey: string; readonly secretKey: string } {
    const user = ['user', 'create', '--uid', name, '--display-name', name];
    const keys = ['--access-key', accessKey, '--secret-key', SECRET_KEY];
    this.#run('radosgw-admin', ['-n', 'client.rgw', ...user, ...keys]);
    return { accessKey, secretKey: SECRET_KEY };
  }

  #setKey(name: string, isGood: boolean): void {
    const key = ['--uid', name, '--access-key', keyOf(name)];
    const change = isGood ? ['create', ...key, '--secret-key', SECRET_KEY] : ['rm', ...key];
    this.#run('radosgw-admin', ['-n', 'client.rgw', 'key', ...change]);
  }

  async close(): Promise<void> {
    process.removeListener('exit', this.#killAll);
    const ended = this.#children
      .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
      .map((child) => new Promise<void>((resolve) => child.once('close', () => resolve())));
    this.#killAll();
    await Promise.all(ended);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #arguments(args: readonly string[]): readonly string[] {
    return ['-c', join(this.#directory, 'ceph.conf'), ...args];
  }

  #run(command: string, args: readonly string[]): void {
    const isTool = command === 'monmaptool' || command === 'ceph-authtool';
    const all = isTool ? args : this.#arguments(args);
    const { status, stdout, stderr, error } = spawnSync(command, [...all], { encoding: 'utf8', timeout: COMMAND_MS });
    if (status === 0) return;
    const install = 'Debian packages: radosgw, ceph-mon, ceph-osd';
    throw new Error(`${command} ended with ${status ?? error?.message} (${install})\n${stdout}${stderr}`);
  }

  #spawn(command: string, args: readonly string[]): ChildProcess {
    const child = spawn(command, [...this.#arguments(args), '-f'], { stdio: 'ignore' });
    child.on('error', () => undefined);
    this.#children.push(child);
    return child;
  }

  async #untilAnswers(url: string, gateway: ChildProcess): Promise<void> {
    const giveUpAt = Date.now() + START_MS;
    for (;;) {
      const answer = await fetch(url).catch(() => undefined);
      if (answer?.ok === true) return;
      if (gateway.exitCode !== null || Date.now() > giveUpAt) {
        const log = readFileSync(join(this.#directory, 'client.rgw.log'), 'utf8');
        throw new Error(`The gateway does not answer.\n${log.slice(-2000)}`);
      }
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
  }
}

function keyOf(user: string): string {
  return `KEYOF${user.toUpperCase()}`;
}

/** One copy of everything, no login between the daemons, no waiting for monitors that do not exist. */
function configurationOf(options: {
  readonly cluster: string;
  readonly at: (name: string) => string;
  readonly monitorPort: number;
  readonly gatewayPort: number;
  readonly diskBytes?: number | undefined;
}): string {
  const { cluster, at, monitorPort, gatewayPort, diskBytes } = options;
  return `[global]
fsid = ${cluster}
mon host = [v2:127.0.0.1:${monitorPort}]
public addr = 127.0.0.1
ms bind ipv6 = false
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 0
mon data avail warn = 0
paxos propose interval = 0.02
paxos min wait = 0.01
run dir = ${at('run')}
admin socket =
pid file =
log file = ${at('$name.log')}
mon cluster log file = ${at('cluster.log')}
keyring = ${at('keyring')}
[mon.a]
mon data = ${at('mon')}
[osd.0]
osd data = ${at('osd')}
${diskBytes === undefined ? IN_MEMORY : onDisk(diskBytes)}
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${gatewayPort}
rgw data = ${at('run')}
rgw enable usage log = false
rgw enable ops log = false
rgw run sync thread = false
rgw override bucket index max shards = 1
rgw dynamic resharding = false
`;
}

const IN_MEMORY = `osd objectstore = memstore
memstore device bytes = 2147483648`;

/** The least memory that the daemon takes as a target. */
function onDisk(bytes: number): string {
  return `osd objectstore = bluestore
bluestore block create = true
bluestore block size = ${bytes}
osd memory target = 939524096`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  return port;
}
