import { InvalidArgumentError } from "commander";
import { addConnectionOptions, examples, openContext } from "./command-kit.ts";
import type { CommandKit } from "./command-kit.ts";
import type { EventsOptions, EventsStart } from "./commands/events.ts";
import type { ConnectionOptions } from "./context.ts";
import { parseMilliseconds } from "./parse-options.ts";

/** The command about what happened to jobs. */
export function addEventsCommand(kit: CommandKit): void {
  const command = kit.program
    .command("events")
    .summary("Show or follow what happens to jobs")
    .description(
      "Show what happened to jobs: a line for each change of a status, as far back as the server keeps them.",
    )
    .option(
      "-f, --follow",
      "show what is to happen, through a restart of the server; with --since also what happened",
      false,
    )
    .option(
      "--since <start>",
      "begin behind the event of that sequence (4711), at a time (2026-01-02T03:04:05Z), or so long ago (10m, 2h, 1d)",
      parseStart,
    );
  addConnectionOptions(command)
    .addHelpText("after", examples("batchyard events -f", "batchyard events --since 1h --output json"))
    .action(async (options: EventsOptions & ConnectionOptions) => {
      await kit.act(async () => {
        const { events } = await import("./commands/events.ts");
        return await events(await openContext(options, kit), options);
      });
    });
}

function parseStart(value: string): EventsStart {
  if (/^\d{1,15}$/.test(value)) return { sequence: value };
  if (/^\d+[smhd]$/.test(value)) return { agoMs: parseMilliseconds(value) };
  const atMs = /^\d{4}-/.test(value) ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(atMs)) return { time: new Date(atMs).toISOString() };
  throw new InvalidArgumentError(
    "It must be a sequence (4711), a time (2026-01-02T03:04:05Z), or how long ago (10m, 2h, 1d).",
  );
}
