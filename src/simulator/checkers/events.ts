import { childJobId } from "../../batch/child-job.ts";
import type { BatchEvent } from "../../batch/event.ts";
import { isTerminal } from "../../batch/job.ts";
import type { JobStatus } from "../../model/batch.ts";
import type { Checker, CheckerTools } from "../checker.ts";
import type { KnownJob } from "../job-book.ts";

/** So many are read at once. */
const PAGE = 10_000;

type Transition = Pick<BatchEvent, "jobId" | "status">;

/** Every event comes exactly once and in order: one for each transition that was committed, numbered without gaps. */
export function checkEvents({ fail }: CheckerTools): Checker {
  let expected: Transition[] = [];
  let lastSequence = 0;
  let readSequence = 0;

  const expect = (jobId: string, status: JobStatus): void => void expected.push({ jobId, status });
  const expectOfMainNode = ({ jobId, job, status, attemptCount }: KnownJob): void => {
    if (job.nodes === undefined || attemptCount === 0) return;
    const nodeId = childJobId({ kind: "multi-node", jobId }, job.nodes.main);
    if (status === "STARTING" && attemptCount === 1) expect(nodeId, "RUNNABLE");
    expect(nodeId, status);
  };

  return {
    changed(change) {
      if (change.kind !== "events-appended") return;
      if (change.firstSequence !== lastSequence + 1) {
        fail(`the event after ${lastSequence} is numbered ${change.firstSequence}`);
      }
      lastSequence = change.firstSequence + change.events.length - 1;
    },
    appeared(job) {
      // Children are born PENDING; a node that comes into being placed was RUNNABLE before.
      if (job.parent === undefined || job.status === "PENDING") return;
      if (job.status === "STARTING") expect(job.jobId, "RUNNABLE");
      expect(job.jobId, job.status);
    },
    moved(job, before) {
      if (job.status === before) return;
      // A node is placed anew with each attempt of its job.
      if (isTerminal(before)) expect(job.jobId, "RUNNABLE");
      expect(job.jobId, job.status);
      if (job.parent === undefined) expectOfMainNode(job);
    },
    committed(events) {
      const told = events.filter(({ kind }) => kind === "job-changed");
      const wrongAt = expected.findIndex((event, index) => !isOf(event, told[index]));
      if (wrongAt !== -1 || told.length !== expected.length) {
        const index = wrongAt === -1 ? expected.length : wrongAt;
        const [is, wanted] = [textOf(told[index]), textOf(expected[index])];
        fail(`event ${index} of a commit is ${is}, and should be ${wanted}`);
      }
      expected = [];
    },
    async audit({ store }) {
      const bounds = await store.eventLogBounds();
      let after = Math.max(readSequence, (bounds?.firstSequence ?? 1) - 1);
      while (after < lastSequence) {
        const page = await store.readEvents(after, PAGE);
        for (const { sequence } of page) {
          if (sequence !== after + 1) fail(`event ${sequence} is read after ${after}`);
          after = sequence;
        }
        if (page.length === 0) return fail(`event ${after + 1} of ${lastSequence} is not there`);
      }
      readSequence = after;
    },
  };
}

function isOf(expected: Transition, told: Transition | undefined): boolean {
  return expected.jobId === told?.jobId && expected.status === told.status;
}

function textOf(transition: Transition | undefined): string {
  return transition === undefined ? "missing" : `${transition.jobId} ${transition.status}`;
}
