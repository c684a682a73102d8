import { runProgram } from '../process.js';

const LIMIT_MS = 10_000;

/** What a program says when it is asked for its version; undefined when it fails. `first`: options that come before. */
export async function askVersion(file: string, ...first: readonly string[]): Promise<string | undefined> {
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };
  const asked = await runProgram({ file, args: [...first, '--version'], env, cwd: '/', account: undefined }, LIMIT_MS);
  return asked.code === 0 ? asked.stdout.trim() : undefined;
}
