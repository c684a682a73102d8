/**
 * The client library, loaded when there is a server to talk to. By its default: of a CommonJS module that is all that our
 * bundle's deferred chunks have.
 */
export async function loadMysqlClient() {
  return (await import('mysql2/promise')).default;
}
