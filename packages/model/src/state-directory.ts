/** Name of the directory below the workspace root that holds all our state. It ignores itself, and nothing in it is an input or a package. */
export const STATE_DIRECTORY = '.tr';
