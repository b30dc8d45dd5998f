import type { Resources } from "../../../src/batch/resources.ts";
import type { Buildable } from "../builders.ts";
import type { EnvironmentUpdate } from "../instance-bench.ts";
import { readJobs } from "./example-jobs.ts";
import type { ExampleJob } from "./example-jobs.ts";
import { readEnvironment, readPolicy, readQueue, readResource, readUpdate } from "./example-things.ts";
import { readItems, readLength, readMemory, readMoment, writeMoment } from "./items.ts";

/** A block of `docs/scheduling.md`: what there is, what users do when, and what becomes of it. */
export interface SchedulingExample {
  /** Of the page, where it begins. */
  readonly line: number;
  readonly host: Resources;
  readonly bootMs: number;
  readonly spotNoticeMs: number;
  readonly things: readonly Buildable[];
  readonly actions: readonly { readonly atMs: number; readonly action: Action; readonly text: string }[];
  /** `⟨moment⟩ > ⟨what a user does⟩` and `⟨moment⟩ ⟨what happens⟩`, in order. */
  readonly timeline: readonly string[];
  readonly endMs: number;
}

export type Action =
  | { readonly kind: "submit"; readonly jobs: readonly ExampleJob[] }
  | { readonly kind: "update"; readonly name: string; readonly request: EnvironmentUpdate }
  | { readonly kind: "why" | "shares" | "describe"; readonly name: string }
  | { readonly kind: "restart" };

type Part = Partial<Pick<SchedulingExample, "host" | "bootMs" | "spotNoticeMs">> & {
  readonly thing?: Buildable;
};

const SETTINGS: readonly {
  readonly pattern: RegExp;
  readonly part: (name: string, items: string) => Part;
}[] = [
  { pattern: /^()host: (.+)$/, part: (_, items) => ({ host: readItems(items, HOST_RULES, HOST) }) },
  { pattern: /^()boot: (.+)$/, part: (_, length) => ({ bootMs: readLength(length) }) },
  { pattern: /^()notice: (.+)$/, part: (_, length) => ({ spotNoticeMs: readLength(length) }) },
  {
    pattern: /^environment (\S+): (.+)$/,
    part: (name, items) => ({ thing: readEnvironment(name, items) }),
  },
  { pattern: /^policy (\S+): (.+)$/, part: (name, items) => ({ thing: readPolicy(name, items) }) },
  { pattern: /^resource (\S+): (\d+)$/, part: (name, items) => ({ thing: readResource(name, items) }) },
  { pattern: /^queue (\S+): (.+)$/, part: (name, items) => ({ thing: readQueue(name, items) }) },
];

const HOST: Resources = { vcpuMillis: 1_000_000, memoryMiB: 4_000_000, gpuCount: 0 };

const HOST_RULES = [
  {
    pattern: /(\d+) vCPU/,
    says: ([count]: readonly [string, string], host: Resources) => ({
      ...host,
      vcpuMillis: Number(count) * 1_000,
    }),
  },
  {
    pattern: /(\d+ [MG]iB)/,
    says: ([amount]: readonly [string, string], host: Resources) => ({
      ...host,
      memoryMiB: readMemory(amount),
    }),
  },
];

/** The examples of a page: its blocks marked `scheduling`. */
export function readExamples(page: string): readonly SchedulingExample[] {
  return [...page.matchAll(/^```scheduling\n([\s\S]*?)^```$/gm)].map(({ 1: text = "", index }) =>
    readExample(text, page.slice(0, index).split("\n").length),
  );
}

function readExample(text: string, line: number): SchedulingExample {
  const lines = text.split("\n").filter((one) => one.trim() !== "");
  const first = lines.findIndex((one) => MOMENT.test(one));
  const parts = lines.slice(0, first === -1 ? undefined : first).map(readSetting);
  const timeline = withMoments(first === -1 ? [] : lines.slice(first));
  const actions = timeline.flatMap(({ atMs, text: said }) =>
    said.startsWith("> ") ? [{ atMs, action: readAction(said.slice(2)), text: said.slice(2) }] : [],
  );
  return {
    line,
    host: HOST,
    bootMs: 0,
    spotNoticeMs: 120_000,
    ...Object.assign({}, ...parts),
    things: parts.flatMap(({ thing }) => (thing === undefined ? [] : [thing])),
    actions,
    timeline: timeline.map(({ atMs, text: said }) => `${writeMoment(atMs)} ${said}`),
    endMs: Math.max(...timeline.map(({ atMs }) => atMs)),
  };
}

const MOMENT = /^ *(\d+(?::\d\d)+) +(.+)$/;

/** What is said of each moment: a line without one is of that of the line before. */
function withMoments(lines: readonly string[]): readonly { readonly atMs: number; readonly text: string }[] {
  let atMs = 0;
  return lines.map((line) => {
    const [, moment, text = line] = MOMENT.exec(line) ?? [];
    if (moment !== undefined) atMs = readMoment(moment);
    return { atMs, text: text.trim() };
  });
}

function readSetting(line: string): Part {
  for (const { pattern, part } of SETTINGS) {
    const match = pattern.exec(line.trim().replaceAll(/\s+/g, " "));
    if (match !== null) return part(match[1] ?? "", match[2] ?? "");
  }
  throw new Error(`unknown line: "${line}"`);
}

function readAction(said: string): Action {
  const submit = /^submit (.+) to (\S+): (.+)$/.exec(said);
  if (submit !== null) {
    const [, names = "", queue = "", items = ""] = submit;
    return { kind: "submit", jobs: readJobs(names, queue, items) };
  }
  const [, updated, items = ""] = /^update (\S+): (.+)$/.exec(said) ?? [];
  if (updated !== undefined) return { kind: "update", name: updated, request: readUpdate(items) };
  const [, kind, name = ""] = /^(why|shares of|describe) (\S+)$/.exec(said) ?? [];
  if (kind === "why" || kind === "describe") return { kind, name };
  if (kind === "shares of") return { kind: "shares", name };
  if (said === "restart the server") return { kind: "restart" };
  throw new Error(`unknown line: "${said}"`);
}
