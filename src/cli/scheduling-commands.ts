import { addConnectionOptions, examples, openContext } from "./command-kit.ts";
import type { CommandKit } from "./command-kit.ts";
import type { PlanOptions } from "./commands/plan.ts";
import type { ReclaimOptions } from "./commands/reclaim.ts";
import type { TopOptions } from "./commands/top.ts";
import type { ConnectionOptions } from "./context.ts";
import { parseMilliseconds } from "./parse-options.ts";

/** The commands about where jobs wait and run. They ask what only a server of one's own answers. */
export function addSchedulingCommands(kit: CommandKit): void {
  addWhy(kit);
  addPlan(kit);
  addTop(kit);
  addReclaim(kit);
}

function addWhy(kit: CommandKit): void {
  const command = kit.program
    .command("why")
    .summary("Tell why a job waits")
    .description(
      "Tell why a job waits: what each compute environment of its queue lacks, with the numbers, who is ahead of it, and " +
        "what would start it. Of an instance (i-…) when it came, and when and why it went. Of a server of your own only.",
    )
    .argument(
      "<job>",
      "id, its first or last characters, or a name; JOB:3 a child of an array; or an instance",
    );
  addConnectionOptions(command)
    .addHelpText(
      "after",
      examples(
        "batchyard why 4f1c2d9e",
        "batchyard why --output json nightly",
        "batchyard why i-0a1b2c3d4e5f60718",
      ),
    )
    .action(async (job: string, options: ConnectionOptions) => {
      await kit.act(async () => {
        const { why } = await import("./commands/why.ts");
        return await why(await openContext(options, kit), job);
      });
    });
}

function addPlan(kit: CommandKit): void {
  const command = kit.program
    .command("plan")
    .summary("Tell where a job would run")
    .description(
      "Tell where a job would run now, and if nowhere, why; nothing is submitted. The job is one like another, or the body " +
        "of a SubmitJob in a file. Of a server of your own only.",
    )
    .argument("[file]", "file with the JSON of a SubmitJob; - is standard input")
    .option("--like <job>", "a job like this one");
  addConnectionOptions(command)
    .addHelpText(
      "after",
      examples("batchyard plan --like 4f1c2d9e", "batchyard plan job.json", "batchyard plan - <job.json"),
    )
    .action(async (file: string | undefined, options: PlanOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { plan } = await import("./commands/plan.ts");
        return await plan(await openContext(options, kit), file, options);
      });
    });
}

function addTop(kit: CommandKit): void {
  const command = kit.program
    .command("top")
    .summary("Show queues and capacity, live")
    .description(
      "Show what job queues, compute environments, instances and shares are at. On a terminal it is drawn anew each second " +
        "until Ctrl-C; where not all fit, what is blocked, waits or is at work is shown before what is idle. Of a server of " +
        "your own only.",
    )
    .option("--once", "show it once and end, as where standard output is no terminal");
  addConnectionOptions(command)
    .addHelpText("after", examples("batchyard top", "batchyard top --once"))
    .action(async (options: TopOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { top } = await import("./commands/top.ts");
        return await top(await openContext(options, kit), options);
      });
    });
}

function addReclaim(kit: CommandKit): void {
  const command = kit.program
    .command("reclaim")
    .summary("Take a Spot instance back")
    .description(
      "Take a Spot instance back as AWS does: it gets its notice, and what runs on it then ends with the status reason " +
        "`Host EC2 (instance i-…) terminated.` Of a server of your own only.",
    )
    .argument("<instance>", "its id, i-…: `batchyard top` shows it")
    .option("--notice <time>", "how long it has: 0, 30s, 2m (the server's unless given)", parseMilliseconds);
  addConnectionOptions(command)
    .addHelpText("after", examples("batchyard reclaim --notice 0 i-0a1b2c3d4e5f60718"))
    .action(async (instance: string, options: ReclaimOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { reclaim } = await import("./commands/reclaim.ts");
        return await reclaim(await openContext(options, kit), instance, options);
      });
    });
}
