/** A program and its arguments, as the system is to start it. */
export interface ShellInvocation {
  readonly file: string;
  readonly args: readonly string[];
  /** Windows: the arguments go to the program as they are, without Node's own quoting. */
  readonly verbatim: boolean;
}

const CMD = /(?:^|[\\/])cmd(?:\.exe)?$/i;

/** True when the shell is cmd.exe. */
export function isCmd(shell: string | undefined, platform: NodeJS.Platform): boolean {
  return platform === 'win32' && (shell === undefined || CMD.test(shell));
}

/**
 * How a shell runs one command text. `shell` undefined = `sh`, or `cmd.exe` on Windows. cmd.exe gets `/d /s /c "text"`:
 * no AutoRun commands, and only the outermost quotes are taken off. Every other shell is expected to know `-c`.
 */
export function toShellInvocation(
  command: string,
  shell: string | undefined,
  platform: NodeJS.Platform,
): ShellInvocation {
  const file = shell ?? (platform === 'win32' ? 'cmd.exe' : 'sh');
  if (isCmd(shell, platform)) {
    return { file, args: ['/d', '/s', '/c', `"${command}"`], verbatim: true };
  }
  return { file, args: ['-c', command], verbatim: false };
}
