import type { BatchEvent } from "../batch/event.ts";
import type { AttemptSpec } from "../providers/provider.ts";
import type { Change } from "../store/change.ts";
import type { AuditFacts, Checker, CheckerTools, CreateChecker, TickFacts, Violation } from "./checker.ts";
import { JobBook } from "./job-book.ts";
import type { KnownJob } from "./job-book.ts";

/** Who is told of what comes most often: most checkers want to know of little. */
type Told = {
  readonly [Name in "changed" | "appeared" | "moved" | "attemptPut" | "started"]: readonly NonNullable<
    Checker[Name]
  >[];
};

/** All checkers at once: tells each what it wants to know, and keeps what they find. */
export class Watch {
  readonly book: JobBook;
  readonly #checkers: readonly Checker[];
  readonly #told: Told;
  readonly #violations: Violation[] = [];

  /** @param creations by the names under which violations are told. */
  constructor(creations: Readonly<Record<string, CreateChecker>>, tools: Omit<CheckerTools, "fail">) {
    this.#checkers = Object.entries(creations).map(([checker, create]) =>
      create({ ...tools, fail: (message) => this.fail(checker, message) }),
    );
    const told = {
      changed: this.#checkers.flatMap(({ changed }) => changed ?? []),
      appeared: this.#checkers.flatMap(({ appeared }) => appeared ?? []),
      moved: this.#checkers.flatMap(({ moved }) => moved ?? []),
      attemptPut: this.#checkers.flatMap(({ attemptPut }) => attemptPut ?? []),
      started: this.#checkers.flatMap(({ started }) => started ?? []),
    };
    this.#told = told;
    this.book = new JobBook({
      appeared: (job) => {
        for (const appeared of told.appeared) appeared(job);
      },
      moved: (job, before) => {
        for (const moved of told.moved) moved(job, before);
      },
      attemptPut: (job, attempt, before) => {
        for (const attemptPut of told.attemptPut) attemptPut(job, attempt, before);
      },
    });
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  fail(checker: string, message: string): void {
    this.#violations.push({ checker, message });
  }

  committed(changes: readonly Change[]): void {
    let events: readonly BatchEvent[] = [];
    try {
      for (const change of changes) {
        for (const changed of this.#told.changed) changed(change);
        this.book.note(change);
        if (change.kind === "events-appended") events = change.events;
      }
      for (const checker of this.#checkers) checker.committed?.(events);
    } catch (error) {
      // Thrown here it would be taken for a commit that failed.
      this.fail("commits", String(error));
    }
  }

  acknowledged(jobId: string): void {
    for (const checker of this.#checkers) checker.acknowledged?.(jobId);
  }

  started(spec: AttemptSpec): void {
    for (const started of this.#told.started) started(spec);
  }

  ticked(facts: TickFacts): void {
    for (const checker of this.#checkers) checker.ticked?.(facts);
  }

  forget(job: KnownJob): void {
    for (const checker of this.#checkers) checker.forgotten?.(job);
    this.book.forget(job);
  }

  async audit(facts: AuditFacts): Promise<void> {
    for (const checker of this.#checkers) await checker.audit?.(facts);
  }

  finished(): void {
    for (const checker of this.#checkers) checker.finished?.();
  }
}
