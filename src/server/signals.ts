import type { Logger } from "./logger.ts";

/** SIGHUP is what a terminal that is closed sends, SIGQUIT its Ctrl-\. */
const ENDING = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"] as const;

/** Left to Node, the first would open its debugger to every user of this machine, the second end the process. */
const IGNORED = ["SIGUSR1", "SIGUSR2"] as const;

export function ignoreUserSignals(logger: Logger): void {
  for (const name of IGNORED) process.on(name, (signal) => logger.warn({ signal }, "signal ignored"));
}

/**
 * Its listeners stay for good, so that a signal which comes again does not end the process before it has stopped: from
 * npm it comes twice, once by the terminal and once by npm itself.
 */
export function untilSignal(logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals): void => {
      logger.info({ signal }, "stopping");
      resolve();
    };
    for (const name of ENDING) process.on(name, onSignal);
  });
}
