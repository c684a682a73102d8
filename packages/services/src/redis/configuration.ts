import type { ServiceDefinition } from '@tr/model';

/** What a server's configuration depends on beside the definition. */
export interface RedisPlace {
  readonly port: number;
  readonly socket: string;
  readonly data: string;
  readonly password: string;
  readonly major: number;
}

/**
 * The text of `redis.conf`: nothing is saved but on demand, and the settings that keep it apart from all others come last,
 * where they win.
 */
export function toRedisConfiguration(service: ServiceDefinition, place: RedisPlace): string {
  const fixed: readonly (readonly [string, string])[] = [
    ['bind', '127.0.0.1'],
    ['port', String(place.port)],
    ['unixsocket', quote(place.socket)],
    ['unixsocketperm', '700'],
    ['requirepass', quote(place.password)],
    ['dir', quote(place.data)],
    ['dbfilename', 'dump.rdb'],
    ['daemonize', 'no'],
    ['logfile', '""'],
    // It would be written over its environment, by which a killed run's servers are found.
    ...(place.major >= 7 ? [['set-proc-title', 'no'] as const] : []),
  ];
  const own = Object.entries(service.settings).map(([name, value]) => [name, quote(value)] as const);
  return [['save', '""'] as const, ['appendonly', 'no'] as const, ...own, ...fixed]
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
