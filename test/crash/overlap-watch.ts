import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { findProcesses } from "../support/found-processes.ts";
import type { MarksFolder } from "./marks.ts";

/** Looks, whenever a job begins an attempt after its first, whether anything of an earlier one is still alive. */
export class OverlapWatch implements Disposable {
  readonly #watcher: FSWatcher;
  readonly #marks: MarksFolder;
  readonly #mistakes: string[];

  constructor(marks: MarksFolder, mistakes: string[]) {
    this.#marks = marks;
    this.#mistakes = mistakes;
    this.#watcher = watch(marks.folder("starts"), (_event, jobId) => this.#look(jobId ?? ""));
  }

  [Symbol.dispose](): void {
    this.#watcher.close();
  }

  #look(jobId: string): void {
    const latest = this.#marks.read("starts", jobId).at(-1)?.attemptNumber ?? 1;
    if (latest === 1) return;
    // The nodes of a job begin their attempts together.
    for (const { pid, command, environment } of findProcesses(jobId.replace(/#\d+$/, ""))) {
      const [, attempt] = /\0AWS_BATCH_JOB_ATTEMPT=(\d+)\0/.exec(`\0${environment}`) ?? [];
      if (attempt === undefined || Number(attempt) >= latest) continue;
      this.#mistakes.push(
        `job ${jobId} makes attempt ${latest}, and attempt ${attempt} still has process ${pid}: ${command}`,
      );
    }
  }
}
