import { spawn, type ChildProcess } from 'node:child_process';
import { toDetail } from './service-error.js';

/** Who a program runs as; undefined = as we do. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** A program to start. Arguments are never seen by a shell. */
export interface ProgramCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly account: Account | undefined;
  /** It is a shell: signals go to what it has started as well. */
  readonly isShell?: boolean;
  /** Open file that it reads as its standard input; undefined = nothing. Of {@link runProgram}. */
  readonly input?: number;
}

/** A server of ours. */
export interface ServerProcess {
  readonly pid: number;
  /** How it ended, in a few words; never rejects. */
  readonly ended: Promise<string>;
  readonly hasEnded: () => boolean;
  /** Sends `signal`, after `graceMs` milliseconds SIGKILL to its whole group; resolves when it has ended. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

/** What a program that ran to its end has left. */
export interface ProgramOutcome {
  /** Undefined = killed, or never started. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** Standard error, or why it could not be started. */
  readonly stderr: string;
}

/**
 * Starts a server in a session of its own (no Ctrl-C of the terminal reaches it), with both outputs in an open file.
 * Undefined with `onError` told why when the system refuses.
 */
export function startServer(
  call: ProgramCall,
  output: number,
  onError: (detail: string) => void,
): ServerProcess | undefined {
  let child: ChildProcess;
  try {
    child = spawn(call.file, call.args, { ...toOptions(call), stdio: ['ignore', output, output], detached: true });
  } catch (error) {
    onError(toDetail(error));
    return undefined;
  }
  child.on('error', (error) => onError(toDetail(error)));
  const { pid } = child;
  if (pid === undefined) return undefined;
  child.unref();
  return follow(child, pid, call.isShell === true);
}

/** Runs a program to its end, or for `timeoutMs` at most. Output beyond 1 MiB is cut. */
export function runProgram(call: ProgramCall, timeoutMs: number): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    const failed = (error: unknown): void => resolve({ code: undefined, stdout: '', stderr: toDetail(error) });
    let child: ChildProcess;
    try {
      const stdio = [call.input ?? ('ignore' as const), 'pipe' as const, 'pipe' as const];
      child = spawn(call.file, call.args, { ...toOptions(call), stdio, detached: true });
    } catch (error) {
      failed(error);
      return;
    }
    const text = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (part: string) => {
        if (text[stream].length < 1 << 20) text[stream] += part;
      });
    }
    const timer = setTimeout(() => {
      killGroup(child.pid);
      // What it has started in a group of its own may hold them for as long as it likes.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, timeoutMs);
    child.on('error', failed);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? undefined, ...text });
    });
  });
}

/** Sends a signal to a process or (negative id) group; false when there is none that we may signal. */
export function trySignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

function toOptions({ env, cwd, account }: ProgramCall) {
  return { env, cwd, ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }) };
}

function follow(child: ChildProcess, pid: number, isShell: boolean): ServerProcess {
  let hasEnded = false;
  const ended = new Promise<string>((resolve) => {
    child.on('exit', (code, signal) => {
      hasEnded = true;
      resolve(code === null ? `ended by ${signal ?? 'a signal'}` : `ended with exit code ${code}`);
    });
  });
  return {
    pid,
    ended,
    hasEnded: () => hasEnded,
    stop: async (signal, graceMs) => {
      if (!hasEnded) trySignal(isShell ? -pid : pid, signal);
      child.ref();
      const timer = setTimeout(() => killGroup(pid), graceMs);
      await ended;
      clearTimeout(timer);
      // What the server has started and left behind in its group.
      killGroup(pid);
    },
  };
}

function killGroup(pid: number | undefined): void {
  if (pid !== undefined) trySignal(-pid, 'SIGKILL');
}
