import type { ServiceDefinition } from '@tr/model';

/** What a server's configuration depends on beside the definition. */
export interface ServerAddress {
  readonly port: number;
  /** Folder of its socket. */
  readonly sockets: string;
}

/**
 * For data that can be made again at any time: nothing waits for the disk, nothing is kept for a standby. The locale's
 * own settings (`initdb` would write them) are fixed, so that a state means the same everywhere.
 */
const DEFAULTS: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '2MB',
  max_wal_size: '128MB',
  checkpoint_timeout: '1h',
  // Sessions of a leftover worker would keep a template from being cloned.
  autovacuum_naptime: '1min',
  timezone: 'UTC',
  log_timezone: 'UTC',
  datestyle: 'iso, mdy',
  default_text_search_config: 'pg_catalog.english',
  lc_messages: 'C',
  password_encryption: 'scram-sha-256',
};

/** Not for the configuration of a workspace to say: what keeps a server apart from all others. */
const FIXED: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Other kinds leave segments behind when the server is killed; these lie in the data directory.
  dynamic_shared_memory_type: 'mmap',
  // After a crash the content may not be what the task has written (unlogged tables): it ends, and is seen to have.
  restart_after_crash: 'off',
  logging_collector: 'off',
  log_destination: 'stderr',
  ssl: 'off',
};

/** The text of `postgresql.conf`; of a setting that is there twice the last counts. */
export function toConfiguration(service: ServiceDefinition, { port, sockets }: ServerAddress): string {
  const fixed = { ...FIXED, port: String(port), unix_socket_directories: sockets };
  return [...Object.entries(DEFAULTS), ...Object.entries(service.settings), ...Object.entries(fixed)]
    .map(
      ([name, value]) => `${name} = '${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', ' ')}'\n`,
    )
    .join('');
}

/** `pg_hba.conf`: only its account and root can enter the socket's folder; everybody else needs the password. */
export const ACCESS_RULES = `local all all trust
host all all 127.0.0.1/32 scram-sha-256
`;
