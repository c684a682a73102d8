import { writeSync } from 'node:fs';
import { errorCode } from '@tr/model';
import { mayBeTerminal, writeOutput } from './standard-output.js';

/** Where a reporter writes; the shape `reporter` asks for. */
export interface TerminalOutput {
  write(text: string | Uint8Array): void;
  readonly isTTY: boolean;
  readonly colors: boolean;
  columns(): number;
  /** Calls back when the width changes; the returned function stops that. */
  onResize(callback: () => void): () => void;
}

/** Where nobody knows. */
const DEFAULT_COLUMNS = 80;

type StandardStream = NodeJS.WriteStream & { readonly fd: number };

/** The streams that are in use. */
const opened = new Set<StandardStream>();

/** What the system said when standard output could not be written past its stream. */
let refusal: string | undefined;

/** True while something written has not left the process: a pipe whose reader is slow. */
export function hasPendingOutput(): boolean {
  return [...opened].some((stream) => stream.writableLength > 0);
}

/** Why a part of standard output is nowhere; undefined when it is whole, or its reader had seen enough. */
export function findLostOutput(): string | undefined {
  const [code = refusal] = [...opened].filter(({ fd }) => fd === 1).map(({ errored }) => errorCode(errored));
  return code === 'EPIPE' ? undefined : code;
}

/** Standard output: as a stream where it may be a terminal, or is a pipe that is full and does not block. */
export function createStandardOutput(env: NodeJS.ProcessEnv): TerminalOutput {
  if (mayBeTerminal()) return createTerminalOutput(process.stdout, env);
  let stream: TerminalOutput | undefined;
  const write = (text: string | Uint8Array): void => {
    const rest = writeOutput(typeof text === 'string' ? Buffer.from(text) : text);
    if (rest.length > 0) (stream = createTerminalOutput(process.stdout, env)).write(rest);
  };
  return {
    write: (text) => {
      if (stream !== undefined) return stream.write(text);
      if (refusal !== undefined) return;
      try {
        write(text);
      } catch (error) {
        refusal = errorCode(error);
        if (refusal === undefined) throw error;
      }
    },
    isTTY: false,
    colors: wantsColors(false, env),
    columns: () => DEFAULT_COLUMNS,
    onResize: () => () => undefined,
  };
}

/** Makes a standard stream count as in use: a write that fails is an event as well, which ends the process where nobody listens. */
export function watchStream(stream: StandardStream): StandardStream {
  if (opened.has(stream)) return stream;
  opened.add(stream);
  return stream.on('error', (error) => {
    if (errorCode(error) === undefined) throw error;
  });
}

/**
 * One of the two standard streams as an output. A reader that went away (`tr run build | head`), a full disk or a file as long as
 * allowed must not end the run: what is written from then on is dropped.
 */
export function createTerminalOutput(stream: StandardStream, env: NodeJS.ProcessEnv): TerminalOutput {
  watchStream(stream);
  const isTTY = stream.isTTY === true;
  return {
    write: (text) => {
      stream.write(text);
    },
    isTTY,
    colors: wantsColors(isTTY, env),
    columns: () => (stream.columns > 0 ? stream.columns : DEFAULT_COLUMNS),
    onResize: (callback) => {
      stream.on('resize', callback);
      return () => stream.off('resize', callback);
    },
  };
}

/** NO_COLOR and FORCE_COLOR as their conventions have it; else colours on a terminal that is not `dumb`. */
function wantsColors(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return isTTY && env['TERM'] !== 'dumb';
}

/** Writes at once and in full, for the last words before the process ends. */
export function writeNow(fd: 1 | 2, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // Nobody reads any more.
  }
}
