import type pg from 'pg';

/** The client library, loaded when there is a server to talk to; see mysql/load-client.ts. It takes 20 ms to load. */
export async function loadPostgresClient(): Promise<typeof pg> {
  return (await import('pg')).default;
}
