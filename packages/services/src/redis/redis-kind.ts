import { chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectNoSessions } from '../await-sessions.js';
import type { EngineContext } from '../engine.js';
import type { Instance, LaunchCall, Readiness, ServerKind } from '../own-server/server-kind.js';
import { platformName, STATE_VERSION } from '../state/state-header.js';
import { toRedisConfiguration } from './configuration.js';
import { findRedis, type RedisProgram } from './find-redis.js';
import { RedisConnection } from './redis-connection.js';

/** The file that a Redis server reads when it starts and writes on SAVE. */
const RDB_NAME = 'dump.rdb';
const EMPTY_BYTES = 32 * 1024 * 1024;

/** Redis: a server takes 12 MB and 10 ms, and nothing smaller isolates workers. */
export function createRedisKind({ options, account, memo }: EngineContext): ServerKind<RedisProgram> {
  return {
    account,
    emptyBytes: EMPTY_BYTES,
    portTaken: /Address already in use|Failed listening on port/,
    stopSignal: 'SIGTERM',
    isStoppedForCapture: false,
    isShell: false,
    find: (service) => findRedis(service, { environment: options.environment, memo }),
    engineOf: ({ engine }) => engine,
    headerOf: ({ major }) => ({
      version: STATE_VERSION,
      kind: 'redis',
      format: String(major),
      platform: platformName(),
      database: '',
    }),
    fillEmpty: async (_program, _service, place) => {
      mkdirSync(place.data, { mode: 0o700 });
      if (account !== undefined) chownSync(place.data, account.uid, account.gid);
      await Promise.resolve();
    },
    prepare: (program, instance) => prepare(program, instance, account),
    check: (_program, instance, pid) => check(instance, pid),
    beforeCapture: (_program, instance) => save(instance),
    isStored: (path) => path === RDB_NAME,
    addressOf: (instance) => {
      const { port, password } = instance;
      const url = `redis://default:${password}@127.0.0.1:${port}/0`;
      return { url, host: '127.0.0.1', port: String(port), password, socket: socketOf(instance) };
    },
  };
}

/** Its configuration is a file that only the server can read: it holds the password. */
function prepare({ file, major }: RedisProgram, instance: Instance, account: EngineContext['account']): LaunchCall {
  const { service, place, port, password } = instance;
  const socket = socketOf(instance);
  const configuration = join(place.directory, 'redis.conf');
  rmSync(socket, { force: true });
  rmSync(configuration, { force: true });
  const text = toRedisConfiguration(service, { port, socket, data: place.data, password, major });
  writeFileSync(configuration, text, { mode: 0o600, flag: 'wx' });
  if (account !== undefined) chownSync(configuration, account.uid, account.gid);
  return { file, args: [configuration], env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, cwd: place.directory };
}

/** PING is refused while it loads its data. The process id tells that it is ours. */
async function check(instance: Instance, pid: number): Promise<Readiness> {
  const missing = { missing: 'it does not answer PING' };
  let connection: RedisConnection;
  try {
    connection = await connect(instance);
  } catch {
    return missing;
  }
  try {
    await connection.call('PING');
    const info = await connection.call('INFO', 'server');
    return String(info).includes(`process_id:${pid}\r\n`) ? 'ready' : missing;
  } catch {
    return missing;
  } finally {
    connection.close();
  }
}

/** Writes its file while nobody but us is connected. */
async function save(instance: Instance): Promise<void> {
  const connection = await connect(instance);
  try {
    await expectNoSessions(async () => {
      const clients = String(await connection.call('CLIENT', 'LIST'));
      return clients.trim().split('\n').length - 1;
    });
    await connection.call('SAVE');
  } finally {
    connection.close();
  }
}

async function connect(instance: Instance): Promise<RedisConnection> {
  const connection = await RedisConnection.connect({ path: socketOf(instance) });
  await connection.call('AUTH', instance.password);
  return connection;
}

function socketOf({ place }: Instance): string {
  return join(place.sockets, 'redis.sock');
}
