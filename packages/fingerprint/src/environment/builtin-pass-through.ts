/**
 * Variables a task sees in strict mode without being listed. The names Turborepo passes (its documentation calls them
 * system environment variables; list compared with release 2.11), so that scripts that work there work here.
 * None of them is part of a key.
 */
export const BUILTIN_PASS_THROUGH: readonly string[] = [
  // Session
  'HOME',
  'USER',
  'TZ',
  'LANG',
  'SHELL',
  'PWD',
  'PATH',
  'TMP',
  'TEMP',
  'XDG_RUNTIME_DIR',
  'XAUTHORITY',
  'DBUS_SESSION_BUS_ADDRESS',
  // Terminal
  'COLORTERM',
  'TERM',
  'TERM_PROGRAM',
  'DISPLAY',
  // Dynamic linker
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'DYLD_FALLBACK_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES',
  'LIBPATH',
  // Node and package managers
  'NODE_OPTIONS',
  'COREPACK_*',
  'PNPM_HOME',
  'NPM_CONFIG_STORE_DIR',
  // CI
  'CI',
  'GITHUB_*',
  'RUNNER_*',
  // Containers
  'DOCKER_*',
  'BUILDKIT_*',
  'COMPOSE_*',
  // Editors
  'VSCODE_*',
  'ELECTRON_RUN_AS_NODE',
  'JB_IDE_*',
  'JB_INTERPRETER',
  '_JETBRAINS_TEST_RUNNER_RUN_SCOPE_TYPE',
  // Hosting
  'VERCEL',
  'VERCEL_*',
  'NEXT_*',
  'USE_OUTPUT_FOR_EDGE_FUNCTIONS',
  'NOW_BUILDER',
  'VC_MICROFRONTENDS_CONFIG_FILE_NAME',
  // Windows
  'APPDATA',
  'PROGRAMDATA',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'WINDIR',
  'ProgramFiles',
  'ProgramFiles(x86)',
];

/**
 * Passed besides, where leaving them out only breaks programs: the temporary directory of POSIX systems, what wins over `LANG` (images set
 * one or the other, and without both Ruby takes no text beyond ASCII), and how images have Python print and leave no bytecode behind.
 */
export const OWN_PASS_THROUGH: readonly string[] = [
  'TMPDIR',
  'LC_ALL',
  'LC_CTYPE',
  'PYTHONUNBUFFERED',
  'PYTHONDONTWRITEBYTECODE',
];

/**
 * And on Windows: what its command shell needs to find programs, and what the system says of itself to compilers, CMake, makefiles
 * and Python (tox passes these too). They are the same for every process of the machine.
 */
export const WINDOWS_PASS_THROUGH: readonly string[] = [
  'COMSPEC',
  'PATHEXT',
  'LOCALAPPDATA',
  'OS',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
  'PROCESSOR_ARCHITEW6432',
  'ProgramW6432',
  'CommonProgramFiles',
  'CommonProgramFiles(x86)',
  'CommonProgramW6432',
];

/** Variables that count for every task although no configuration names them, as in Turborepo. */
export const BUILTIN_GLOBAL_ENV: readonly string[] = ['VERCEL_ANALYTICS_ID', 'VERCEL_TARGET_ENV'];
