import { lookAtContainerEngine } from "../doctor/container-engine.ts";
import { lookAtDataFolder } from "../doctor/data-folder.ts";
import type { Finding } from "../doctor/finding.ts";
import {
  lookAtCgroups,
  lookAtClock,
  lookAtMachine,
  lookAtNode,
  lookAtOpenFiles,
  lookAtProcesses,
} from "../doctor/machine.ts";
import { describeProvider, readRecordedSettings } from "../doctor/recorded-settings.ts";
import { lookAtPort } from "../doctor/server-port.ts";
import { EXIT } from "../exit-codes.ts";
import { jsonText } from "../json-text.ts";
import type { Sink, Surroundings } from "../surroundings.ts";
import { styled } from "../text.ts";
import { wrap } from "../wrap.ts";

interface DoctorOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly dockerHost: string | undefined;
  readonly isJson: boolean;
}

/** Findings that stand in for one another: what runs jobs, the better one first. */
const WAYS = { containers: "in containers", processes: "as plain processes" } as const;
const PREFERENCE = ["containers", "processes"] as const;

type Way = keyof typeof WAYS;

const MARKS = {
  good: { text: "ok", style: "green" },
  poor: { text: "poor", style: "yellow" },
  missing: { text: "no", style: "red" },
} as const;

/** `batchyard doctor`: what this machine offers and what is missing. Ends with 0 where jobs can run. */
export async function doctor(
  surroundings: Surroundings,
  { dataDir, port, dockerHost, isJson }: DoctorOptions,
): Promise<number> {
  const { environment, output } = surroundings;
  const recorded = readRecordedSettings(dataDir);
  const sources = { ...surroundings, dataDir, dockerHost, recorded: recorded.engine };
  const engine = await lookAtContainerEngine(sources);
  const findings = [
    lookAtNode(),
    lookAtMachine(),
    lookAtProcesses(environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"),
    engine.finding,
    lookAtCgroups(),
    lookAtDataFolder(dataDir),
    ...[engine.disk, describeProvider(recorded)].filter((finding) => finding !== undefined),
    lookAtOpenFiles(),
    lookAtClock(surroundings.nowMs()),
    await lookAtPort(port),
  ];
  const way = findWay(findings, decideWay(recorded.provider, engine.isAwaited));
  await output.write(
    isJson
      ? jsonText({ canRunJobs: way !== undefined, findings })
      : renderFindings(findings, { way, sink: output }),
  );
  return way !== undefined ? EXIT.done : EXIT.failed;
}

/** What the server takes whether it works or not: what is recorded, else containers of an engine that is named. */
function decideWay(provider: string | undefined, isEngineAwaited: boolean): Way | undefined {
  if (provider === "docker") return "containers";
  if (provider === "process") return "processes";
  return isEngineAwaited ? "containers" : undefined;
}

/**
 * What would run jobs; undefined where nothing could, or where something else is missing.
 *
 * @param decided the only one that comes into question; absent: any.
 */
export function findWay(findings: readonly Finding[], decided?: Way): Way | undefined {
  const missing = findings.filter(({ verdict }) => verdict === "missing").map(({ name }) => name);
  if (missing.some((name) => !(name in WAYS))) return undefined;
  const good = findings.filter(({ verdict }) => verdict === "good").map(({ name }) => name);
  const ways = PREFERENCE.filter((name) => decided === undefined || name === decided);
  return ways.find((name) => good.includes(name)) ?? ways.find((name) => !missing.includes(name));
}

export function renderFindings(
  findings: readonly Finding[],
  { way, sink }: { readonly way: Way | undefined; readonly sink: Sink },
): string {
  const lines = findings.flatMap(({ name, verdict, text, remedy }) => {
    const { text: mark, style } = MARKS[verdict];
    const label = `${name}:`.padEnd(13);
    const [first = "", ...others] = wrap(`${label} ${text}`, narrower(sink, 5));
    const remedies = remedy === undefined ? [] : wrap(`${" ".repeat(13)} ${remedy}`, narrower(sink, 5));
    const shown = [...others, ...remedies].map((line) => `     ${line}`);
    return [`${styled(sink, style, mark.padEnd(4))} ${first}`, ...shown];
  });
  const verdict =
    way === undefined
      ? "Jobs cannot run here yet: see what is marked with no."
      : `Jobs can run here, ${WAYS[way]}.`;
  return `${[...lines, "", verdict].join("\n")}\n`;
}

function narrower(sink: Sink, by: number): number | undefined {
  return sink.columns === undefined ? undefined : sink.columns - by;
}
