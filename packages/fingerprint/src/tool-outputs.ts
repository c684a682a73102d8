import { compareStrings, fail, ok, type FingerprintFailure, type Result, type TaskId } from '@tr/model';

/** What a tool command came to. `exitCode` is undefined when it could not be started. */
export interface ToolAnswer {
  readonly exitCode: number | undefined;
  /** stdout and stderr, in the order they came. */
  readonly output: string;
}

/** Runs a tool command in a shell. `cwd` is an absolute native path. Given by the composition root. */
export type ToolRunner = (command: string, cwd: string, env: Readonly<Record<string, string>>) => Promise<ToolAnswer>;

/** A tool command where it is to run. */
export interface ToolCall {
  /** Who asks, for the message: the answer is shared with other tasks. */
  readonly task: TaskId;
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How much of a failed tool's output is kept for the message. */
const SHOWN_CHARACTERS = 500;

/** Outputs of tool commands, each run once per directory and environment in a run. One that fails fails the fingerprint. */
export class ToolOutputs {
  readonly #run: ToolRunner;
  readonly #answers = new Map<string, Promise<ToolAnswer>>();

  constructor(run: ToolRunner) {
    this.#run = run;
  }

  /** The output, trimmed, with line ends as newlines. */
  async outputOf({ task, command, cwd, env }: ToolCall): Promise<Result<string, FingerprintFailure>> {
    const key = JSON.stringify([command, cwd, Object.entries(env).sort(([a], [b]) => compareStrings(a, b))]);
    let answer = this.#answers.get(key);
    if (answer === undefined) this.#answers.set(key, (answer = this.#run(command, cwd, env)));
    const { exitCode, output } = await answer;
    if (exitCode === 0) return ok(output.replaceAll('\r\n', '\n').trim());
    const shown = output.trim().slice(0, SHOWN_CHARACTERS);
    return fail({ code: 'fingerprint/tool-failed', task, tool: command, exitCode, output: shown });
  }
}
