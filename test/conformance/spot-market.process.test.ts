import { expect, test } from "vitest";
import { makeEnvironment, makeQueue } from "../support/batch-resources.ts";
import { spotRequest } from "../support/environment-values.ts";
import { ROOMY, useServer } from "../support/use-server.ts";
import { waitFor } from "../support/wait-for.ts";

/** A trend of twelve steps in little more than a second: the price crosses the bid again and again. */
const MOVING = [
  "--spot-market-seed",
  "1",
  "--spot-market-step-seconds",
  "0.1",
  "--spot-notice-seconds",
  "0.2",
];
/** Half of the time prices are below what they are on the whole, 0.35 of those on demand. */
const BID_PERCENTAGE = 35;
const PATIENCE_MS = 60_000;

const used = useServer({ flags: [...ROOMY, ...MOVING] });

test(
  "jobs lose their Spot instance when it becomes too dear, and start again when it is cheap enough",
  async () => {
    const computeResources = spotRequest({ bidPercentage: BID_PERCENTAGE });
    await makeEnvironment(used.batch, "spot", { computeResources });
    await makeQueue(used.batch, "spot", ["spot"]);
    const jobId = await used.jobs.submit(used.waitAt("end"), {
      jobQueue: "spot",
      retryStrategy: {
        attempts: 10,
        evaluateOnExit: [
          { onStatusReason: "Host EC2*", action: "RETRY" },
          { onReason: "*", action: "EXIT" },
        ],
      },
    });
    const lost = async (count: number) => {
      const { attempts = [] } = await used.jobs.describe(jobId);
      return attempts.length >= count ? attempts : undefined;
    };
    // Nothing else happens on the server: it is the market that wakes the waiting job.
    const attempts = await waitFor("an instance that became too dear twice", () => lost(2), PATIENCE_MS);
    for (const { statusReason } of attempts) {
      expect(statusReason).toMatch(/^Host EC2 \(instance i-[0-9a-f]{17}\) terminated\.$/);
    }
    used.open("end");
    const isEnded = async () => {
      const job = await used.jobs.describe(jobId);
      return job.status === "SUCCEEDED" ? job : undefined;
    };
    const { attempts: all = [] } = await waitFor("the end of the job", isEnded, PATIENCE_MS);
    expect(all.at(-1)?.container?.exitCode).toBe(0);
  },
  3 * PATIENCE_MS,
);
