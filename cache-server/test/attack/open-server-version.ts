/** What we compare with, and which one. */
export const OPEN_SERVER = { name: 'turborepo-remote-cache', version: '2.12.0' } as const;
