/** Exit codes of the command line. A run that failed ends with the code of its failed task, a signal with 128 + its number. */
export const EXIT = { ok: 0, failed: 1, usage: 2, internal: 3 } as const;
