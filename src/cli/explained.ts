import type { JobStatus } from "../model/batch.ts";
import { CliError, RefusedError } from "./cli-error.ts";
import type { Context } from "./context.ts";

/** What a server of one's own says of why a job waits, as far as the command line shows it. */
export interface Explained {
  readonly jobName: string;
  readonly status: JobStatus;
  readonly because: string;
  readonly isImpossible: boolean;
  readonly sentence: string;
  readonly jobQueue?: string;
  readonly environments?: readonly Told[];
  readonly remedies?: readonly Told[];
}

interface Told {
  readonly sentence: string;
}

/** Asks what only a server of one's own answers. */
export async function askOwn<Output>(
  { client }: Context,
  method: "GET" | "POST",
  path: string,
  input?: object,
): Promise<Output> {
  if (client.connection.endpoint.isAws) {
    throw new CliError(
      "AWS does not say how it schedules",
      "Name a server of your own with --endpoint URL; of AWS, `batchyard describe` tells what there is.",
    );
  }
  return await client.own<Output>(method, `/batchyard/${path}`, input);
}

export async function explainJob(context: Context, jobId: string): Promise<Explained> {
  return await askOwn<Explained>(context, "GET", `explain?jobId=${encodeURIComponent(jobId)}`);
}

/** What a server of one's own says of an instance, gone ones included, as far as the command line shows it. */
interface ToldInstance extends Told {
  readonly instanceId: string;
}

export async function explainInstance(context: Context, instanceId: string): Promise<ToldInstance> {
  const path = `instance?instanceId=${encodeURIComponent(instanceId)}`;
  return await askOfInstance(async () => await askOwn<ToldInstance>(context, "GET", path));
}

/** What the server refuses of an instance is told with what its user can do about that. */
export async function askOfInstance<Output>(ask: () => Promise<Output>): Promise<Output> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RefusedError) || !error.message.startsWith("Instance ")) throw error;
    const remedy = "`batchyard top` shows the instances that are there, and which of them are Spot capacity.";
    throw new RefusedError(error.type, error.message, remedy);
  }
}

/** What stands below the sentence: what environments say that the sentence does not, and what would help. */
export function explanationLines({
  sentence,
  isImpossible,
  environments = [],
  remedies = [],
}: Explained): readonly string[] {
  const others = environments.filter((environment) => !sentence.includes(environment.sentence));
  return [
    ...section("Compute environments", others),
    // One that can never start may need several of these.
    ...section(isImpossible ? "What would help" : "What would start it, each by itself", remedies),
  ];
}

function section(heading: string, told: readonly Told[]): readonly string[] {
  if (told.length === 0) return [];
  return ["", heading, ...told.map(({ sentence }) => `  ${sentence}`)];
}
