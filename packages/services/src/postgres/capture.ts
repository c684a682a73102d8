import type { ServiceDefinition } from '@tr/model';
import type { CapturedState } from '../ports.js';
import { ServiceError, toDetail } from '../service-error.js';
import { packState, UnpackableError } from '../state/pack-state.js';
import { platformName, STATE_VERSION } from '../state/state-header.js';
import type { PostgresAdmin } from './admin.js';
import { isWantedFile } from './cluster.js';
import type { PooledServer } from './pooled-server.js';

/** Size of a file of the log: `initdb` was told so. */
const SEGMENT_BYTES = 1024n * 1024n;

/** Where the state goes, and which databases are no part of it. */
export interface PostgresCapture {
  /** The file to write. */
  readonly path: string;
  readonly without: readonly string[];
}

/** Writes what a server holds as a state. The server is restarted for it, on the same port. */
export async function captureServer(
  pooled: PooledServer,
  service: ServiceDefinition,
  { path, without }: PostgresCapture,
): Promise<CapturedState> {
  const { server } = pooled;
  const { databases, admin } = server;
  const failed = (detail: string, cause?: unknown): ServiceError =>
    new ServiceError({ code: 'service/capture-failed', service: service.name, detail }, cause);
  if (!server.isRunning()) throw failed('the server has ended');
  try {
    if (!(await databases.hasNoSessions())) throw failed('somebody is still connected');
    await pooled.dropStates();
    for (const name of without) await databases.drop(name);
    const names = await databases.list();
    if (!names.includes(service.database)) throw failed(`the database ${service.database} is gone`);
    const wal = await readNeededLog(admin);
    let packed: CapturedState | undefined;
    let packing: unknown;
    const restarting = server.whileStopped(async () => {
      packed = await packState({
        header: {
          version: STATE_VERSION,
          kind: 'postgres',
          format: String(server.major),
          platform: platformName(),
          database: service.database,
        },
        directory: server.place.data,
        isWanted: (file) => isWantedFile(file, wal),
        target: path,
      }).catch((error: unknown) => {
        packing = error;
        return undefined;
      });
    });
    const isUp = await restarting.then(
      () => true,
      (error: unknown) => {
        packing ??= error;
        return false;
      },
    );
    if (packing instanceof UnpackableError) throw failed(`it has files outside its directory (${packing.message})`);
    if (packed === undefined) throw failed(toDetail(packing), packing);
    // The state is right, whatever comes of the server: one that does not come up again is not used again.
    if (isUp) await pooled.noteCaptured(packed.sha256, names);
    return packed;
  } catch (error) {
    throw error instanceof ServiceError && error.failure.code === 'service/capture-failed'
      ? error
      : failed(toDetail(error), error);
  }
}

/**
 * After this checkpoint the server needs its log from there on; the one it writes when it stops comes at most one file
 * later. All other files are old ones, kept to be written again.
 */
async function readNeededLog(admin: PostgresAdmin): Promise<{ readonly first: string; readonly last: string }> {
  await admin.query('checkpoint');
  const [row] = await admin.query(
    'select pg_walfile_name(redo_lsn) as first, pg_current_wal_insert_lsn()::text as now from pg_control_checkpoint()',
  );
  const [high = '0', low = '0'] = String(row?.['now']).split('/');
  const next = (BigInt(`0x${high}`) << 32n) + BigInt(`0x${low}`) + SEGMENT_BYTES;
  const position = `${(next >> 32n).toString(16)}/${(next & 0xffffffffn).toString(16)}`;
  const [last] = await admin.query('select pg_walfile_name($1::pg_lsn) as last', [position]);
  return { first: String(row?.['first']), last: String(last?.['last']) };
}
