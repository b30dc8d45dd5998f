/** How the program ends. A job's own exit code is passed on by `run` and `submit --wait` as it is. */
export const EXIT = {
  done: 0,
  /** Asked for and not done; for `run` a job that failed without an exit code. */
  failed: 1,
  usage: 2,
  /** `run` or `submit --wait` could not do its own part: told apart from the codes that jobs end with. */
  runFailed: 125,
  interrupted: 130,
  /** Whoever read standard output stopped reading. */
  brokenPipe: 141,
  terminated: 143,
} as const;

export const EXIT_CODES_TEXT = `Exit codes:
  0    done; run: the job SUCCEEDED, of an array all children
  1    not done: refused, not found, no server; run: the job FAILED without an
       exit code (it never started, was cancelled, lost its host, is an array)
  2    the command line is wrong
  130  run: Ctrl-C was pressed, whether the job was left or terminated
  143  run: SIGTERM came; the job was terminated
  and only from run, as from submit --wait:
  any  the job's own; 128 + N where signal N ended it (137 SIGKILL, also for
       memory; 143 SIGTERM, also for a time limit)
  125  batchyard itself could not submit or follow: elsewhere 1 or 2`;
