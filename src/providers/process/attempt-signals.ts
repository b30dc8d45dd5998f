import type { Confinement } from "./confinement.ts";
import { type LiveAttempt, confine, findCommand } from "./live-attempt.ts";
import type { ProcessTable } from "./process-identity.ts";
import type { Runner } from "./runner.ts";

/** SIGTERM and SIGKILL to all of an attempt, in such a way that its runner lives to tell of the end. */
export class AttemptSignals {
  readonly #table: ProcessTable;
  readonly #confinement: Confinement;

  constructor(table: ProcessTable, confinement: Confinement) {
    this.#table = table;
    this.#confinement = confinement;
  }

  send(attempt: LiveAttempt, runner: Runner, wish: "stop" | "kill"): void {
    if (wish === "stop") this.#stop(runner);
    else this.#kill(attempt, runner);
  }

  /** A job can stop its runner by `kill -STOP $PPID`; then that would never tell of the end. */
  wake(runner: Runner): void {
    this.#table.signal(runner.identity, "SIGCONT");
  }

  /** A runner outlives SIGTERM to its group. What is stopped gets SIGTERM only when it goes on. */
  #stop(runner: Runner): void {
    this.#table.signalGroupOf(runner.identity, "SIGTERM");
    this.#table.signalGroupOf(runner.identity, "SIGCONT");
    for (const pid of this.#confinement.members(runner.name)) {
      const stat = this.#table.stat(pid);
      if (stat === undefined || stat.groupId === runner.identity.pid) continue;
      const member = { ...stat, bootId: this.#table.bootId };
      this.#table.signal(member, "SIGTERM");
      this.#table.signal(member, "SIGCONT");
    }
  }

  /** SIGKILL goes to the command, and to the group only when that has ended. */
  #kill(attempt: LiveAttempt, runner: Runner): void {
    const command = findCommand(attempt, runner);
    if (command !== undefined) this.#table.signal(command, "SIGKILL");
    this.#confinement.kill(confine(attempt, runner));
    this.wake(runner);
  }
}
