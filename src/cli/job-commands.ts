import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { addConnectionOptions, examples, openContext } from "./command-kit.ts";
import type { CommandKit } from "./command-kit.ts";
import type { ListOptions } from "./commands/ls.ts";
import type { LogsOptions } from "./commands/logs.ts";
import type { ConnectionOptions } from "./context.ts";
import {
  collectDependencies,
  collectPairs,
  collectVariables,
  integer,
  parseMemory,
  parseMilliseconds,
  parseTimeout,
  parseVcpus,
} from "./parse-options.ts";
import { STATUS_WORDS } from "./job-statuses.ts";
import type { SubmitOptions } from "./commands/submit.ts";
import type { SubmissionOptions } from "./submission.ts";

const REASON_LENGTH_MAX = 1_024;

/** Children that AWS Batch allows an array. */
const ARRAY_SIZE = { min: 2, max: 10_000 } as const;

const JOB_ARGUMENT = "id, its first or last characters, or a name; JOB:3 a child of an array, JOB#1 a node";

/** The commands that submit, show and end jobs. */
export function addJobCommands(kit: CommandKit): void {
  addRun(kit);
  addSubmit(kit);
  addList(kit);
  addDescribe(kit);
  addLogs(kit);
  addEnd(kit, "cancel");
  addEnd(kit, "terminate");
}

function addRun(kit: CommandKit): void {
  const command = kit.program
    .command("run")
    .summary("Run a job, follow it, end with its exit code")
    .description(
      "Submit a job, show where it waits and what it writes, and end with its exit code. " +
        "Ctrl-C asks whether to leave it running or to terminate it.",
    )
    .argument("[command...]", "what the job runs");
  addSubmissionOptions(command, kit)
    .addHelpText(
      "after",
      examples(
        "batchyard run -- echo hello",
        "batchyard run --image python:3.13 --memory 2g --retries 2 -- python -c 'print(6 * 7)'",
        "batchyard run --definition train:4 --parameter epochs=10",
      ),
    )
    .action(async (words: readonly string[], options: SubmissionOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { run } = await import("./commands/run.ts");
        return await run(() => openContext(options, kit), options, words);
      });
    });
}

function addSubmit(kit: CommandKit): void {
  const command = kit.program
    .command("submit")
    .summary("Submit a job, print its id")
    .description("Submit a job and print its id, alone, to standard output.")
    .argument("[command...]", "what the job runs")
    .option(
      "--array <size>",
      "make it an array of so many children, 2 to 10000, that find their index in AWS_BATCH_JOB_ARRAY_INDEX",
      integer(ARRAY_SIZE.min, ARRAY_SIZE.max),
    )
    .option("--wait", "wait for its end, and end with its exit code; Ctrl-C ends the waiting only");
  addSubmissionOptions(command, kit)
    .addHelpText(
      "after",
      examples(
        "batchyard submit --name nightly -- ./nightly.sh",
        "batchyard submit --definition train --parameter epochs=10",
        'job=$(batchyard submit -- make all) && batchyard logs -f "$job"',
        "batchyard submit --wait --array 10 -- sh -c 'echo part $AWS_BATCH_JOB_ARRAY_INDEX'",
        "batchyard submit --depends-on nightly -- /srv/report.sh",
      ),
    )
    .action(async (words: readonly string[], options: SubmitOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { submit } = await import("./commands/submit.ts");
        return await submit(() => openContext(options, kit), options, words);
      });
    });
}

function addSubmissionOptions(command: Command, { surroundings }: CommandKit): Command {
  command
    .passThroughOptions()
    .option("--image <name>", "container image (busybox unless given; plain processes ignore it)")
    .option("--vcpus <count>", "vCPUs (1 unless given)", parseVcpus)
    .option("--memory <size>", "memory, in MiB or like 512m, 2g (256 unless given)", parseMemory)
    .option(
      "--env <name=value>",
      "environment variable; NAME alone takes yours (repeatable)",
      collectVariables(surroundings.environment),
    )
    .option("--queue <name>", "job queue (`default`, or the only one, unless given)")
    .option("--name <name>", "the job's name (the program's unless given)", parseJobName)
    .option(
      "--depends-on <job[,type=TYPE]>",
      "start when that job has succeeded (repeatable); of arrays also JOB,type=N_TO_N: each child after the other's " +
        "of its index, and type=SEQUENTIAL: each child after the one before",
      collectDependencies,
    )
    .option("--timeout <time>", "time limit of an attempt, 60 s or more: 90s, 10m, 2h", parseTimeout)
    .option("--retries <count>", "how often it is tried again when it fails, 0 to 9", integer(0, 9))
    .option(
      "--definition <name>",
      "job definition to use, NAME or NAME:REVISION, instead of one of batchyard's",
    )
    .option(
      "--parameter <name=value>",
      "value for Ref::NAME in the definition's command (repeatable)",
      collectPairs,
    );
  return addConnectionOptions(command);
}

function addList(kit: CommandKit): void {
  const command = kit.program
    .command("ls")
    .summary("List jobs")
    .description(
      "List jobs of all queues: those that have not ended first, the newest first. Or the children of an array, or " +
        "the nodes of a multi-node job.",
    )
    .argument("[job]", "array or multi-node job whose children or nodes are listed")
    .option("--queue <name>", "only jobs of this queue")
    .addOption(
      new Option("--status <status>", "only jobs of this status; repeatable")
        .choices(STATUS_WORDS)
        // After `choices`, whose own parser takes them in one spelling.
        .argParser(collectStatus),
    )
    .option(
      "--name <name>",
      "only jobs of this name, whatever the case; a star at its end stands for the rest",
    )
    .option("--limit <count>", "how many at most", integer(1, 100_000), 50);
  addConnectionOptions(command)
    .addHelpText(
      "after",
      examples(
        "batchyard ls",
        "batchyard ls --status active",
        "batchyard ls --status FAILED --name 'train*'",
        "batchyard ls --status FAILED 4f1c2d9e",
      ),
    )
    .action(async (job: string | undefined, options: ListOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { list, listOf } = await import("./commands/ls.ts");
        const context = await openContext(options, kit);
        return await (job === undefined ? list(context, options) : listOf(context, job, options));
      });
    });
}

function addDescribe(kit: CommandKit): void {
  const command = kit.program
    .command("describe")
    .summary("Tell the story of a job, and what to do next")
    .description(
      "Tell the story of a job: where it waits or how it ended, its attempts, and what to do next; what it waits for, " +
        "and what became of its children, nodes or containers.",
    )
    .argument("<job>", JOB_ARGUMENT);
  addConnectionOptions(command)
    .addHelpText("after", examples("batchyard describe 4f1c2d9e"))
    .action(async (job: string, options: ConnectionOptions) => {
      await kit.act(async () => {
        const { describe } = await import("./commands/describe.ts");
        return await describe(await openContext(options, kit), job);
      });
    });
}

function addLogs(kit: CommandKit): void {
  const command = kit.program
    .command("logs")
    .summary("Print or follow what a job writes")
    .description("Print what a job wrote: its latest attempt, or the one that is named.")
    .argument("<job>", JOB_ARGUMENT)
    .option(
      "-f, --follow",
      "go on until the job has ended, through its retries and a restart of the server",
      false,
    )
    .option("--since <time>", "only what is younger: 30s, 10m, 2h, 1d", parseMilliseconds)
    .option(
      "--tail <count>",
      "only the last so many lines of what is there, of each container",
      integer(1, 10_000),
    )
    .option("--container <name>", "only this container's lines, where the job has several")
    .option("--timestamps", "put its time before each line")
    .addOption(
      new Option("--attempt <number>", "the attempt, from 1").argParser(integer(1, 10)).conflicts("follow"),
    );
  addConnectionOptions(command)
    .addHelpText(
      "after",
      examples(
        "batchyard logs -f 4f1c2d9e",
        "batchyard logs --tail 20 --timestamps nightly",
        "batchyard logs 4f1c2d9e:3",
      ),
    )
    .action(async (job: string, options: LogsOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { logs } = await import("./commands/logs.ts");
        return await logs(await openContext(options, kit), job, options);
      });
    });
}

const WAYS_TO_END = {
  cancel: {
    summary: "Cancel jobs that have not started",
    description:
      "Cancel jobs that have not started, of an array the children that have not. Those that have are left alone: " +
      "`terminate` ends them.",
    reason: "Cancelled by batchyard cancel",
  },
  terminate: {
    summary: "End jobs, whether they wait or run",
    description:
      "End jobs, whether they wait or run; arrays with all children, multi-node jobs with all nodes.",
    reason: "Terminated by batchyard terminate",
  },
} as const;

function addEnd(kit: CommandKit, way: keyof typeof WAYS_TO_END): void {
  const { summary, description, reason } = WAYS_TO_END[way];
  const command = kit.program
    .command(way)
    .summary(summary)
    .description(description)
    .argument("<job...>", "ids, their first or last characters, or names; JOB:3 a child of an array")
    .option("--reason <text>", "why; it becomes their status reason", parseReason, reason);
  addConnectionOptions(command)
    .addHelpText(
      "after",
      examples(`batchyard ${way} 4f1c2d9e`, `batchyard ${way} --reason "wrong input" 4f1c 77ab`),
    )
    .action(async (jobs: readonly string[], options: ConnectionOptions & { readonly reason: string }) => {
      await kit.act(async () => {
        const { endJobs } = await import("./commands/end-jobs.ts");
        return await endJobs(await openContext(options, kit), jobs, { way, reason: options.reason });
      });
    });
}

function collectStatus(value: string, before: readonly string[] = []): readonly string[] {
  const words = value.split(",").map((text) => {
    const word = STATUS_WORDS.find((known) => known.toLowerCase() === text.trim().toLowerCase());
    if (word === undefined) throw new InvalidArgumentError(`It must be one of ${STATUS_WORDS.join(", ")}.`);
    return word;
  });
  return [...before, ...words];
}

function parseJobName(value: string): string {
  // The definition that goes with it is named after it.
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,117}$/.test(value)) return value;
  throw new InvalidArgumentError(
    "It must be letters, digits, - and _, at most 118, and begin with a letter or digit.",
  );
}

function parseReason(value: string): string {
  if (value !== "" && value.length <= REASON_LENGTH_MAX) return value;
  throw new InvalidArgumentError(`It must have 1 to ${REASON_LENGTH_MAX} characters.`);
}
