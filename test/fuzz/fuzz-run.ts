import type { ApiRequest, ApiResponse } from "../../src/api/http.ts";
import { decodePercent } from "../../src/api/request-target.ts";
import { batchModel } from "../../src/model/batch.ts";
import { SeededRandom } from "../../src/lib/seeded-random.ts";
import type { FuzzWorld } from "./fuzz-world.ts";
import { membersOf, requestOf } from "./aws-request.ts";
import { mutate } from "./mutations.ts";
import { mangle } from "./mangled-requests.ts";
import type { SeenJobs } from "./plausible-values.ts";
import { observe } from "./observe.ts";
import { validInput } from "./valid-input.ts";
import { furnish } from "./furnish.ts";

export interface FuzzReport {
  readonly requestCount: number;
  /** Valid requests that were taken, by operation. */
  readonly takenCounts: Readonly<Record<string, number>>;
  /** How many were of a form that cannot be taken. */
  readonly unfitCount: number;
  /** What should not have happened, with what is needed to see it again. */
  readonly findings: readonly string[];
}

interface Attempted {
  readonly operation: string;
  readonly kind: "valid" | "mutated" | "mangled";
  readonly request: ApiRequest;
  readonly mustBeRefused: boolean;
}

const WEIGHTS: Readonly<Record<string, number>> = {
  CreateComputeEnvironment: 4,
  CreateJobQueue: 3,
  RegisterJobDefinition: 20,
  SubmitJob: 20,
  SubmitServiceJob: 4,
  UpdateComputeEnvironment: 4,
  UpdateServiceJob: 4,
};
const FINDINGS_MAX = 20;
const ECHO_LENGTH_MAX = 1_500;

/** Sends requests of every operation until it is told to stop, or has found enough. */
export async function runFuzz(
  world: FuzzWorld,
  seed: number,
  goesOn: (requestCount: number) => boolean,
): Promise<FuzzReport> {
  const random = new SeededRandom(seed);
  const takenCounts: Record<string, number> = {};
  const findings: string[] = [];
  let requestCount = 0;
  let unfitCount = 0;
  await furnish(world, random.fork());
  while (goesOn(requestCount) && findings.length < FINDINGS_MAX) {
    const attempted = draw(random.fork(), world.jobIds);
    requestCount += 1;
    if (attempted.mustBeRefused) unfitCount += 1;
    const before = world.digest;
    const response = await world.handle(attempted.request);
    const problem = findProblem(world, attempted, { response, isChanged: world.digest !== before });
    if (problem !== undefined) findings.push(describe(seed, requestCount, attempted, problem));
    if (attempted.kind === "valid" && response.status === 200) {
      takenCounts[attempted.operation] = (takenCounts[attempted.operation] ?? 0) + 1;
    }
    if (random.chance(10)) await world.goOn(random);
  }
  const forgotten = await findForgotten(world);
  if (forgotten !== undefined) findings.push(`seed ${seed}: ${forgotten}`);
  return { requestCount, takenCounts, unfitCount, findings };
}

/** What clients are told otherwise by a server that begins with what the store holds. */
async function findForgotten(world: FuzzWorld): Promise<string | undefined> {
  const told = await observe(world);
  await world.restart();
  const toldAgain = await observe(world);
  const index = told.findIndex((answer, place) => answer !== toldAgain[place]);
  return index === -1 ? undefined : `before a restart ${told[index]}, behind it ${toldAgain[index]}`;
}

/** Those whose input has many shapes more often than others. */
const OPERATIONS = Object.entries(batchModel.operations).flatMap((operation) =>
  Array.from({ length: WEIGHTS[operation[0]] ?? 1 }, () => operation),
);

function draw(random: SeededRandom, seen: SeenJobs): Attempted {
  const [operation, model] = random.pick(OPERATIONS) ?? ["", { method: "", path: "" }];
  const input = validInput(random, { model: batchModel, seen }, model.input ?? "");
  if (random.chance(35)) {
    return { operation, kind: "valid", request: requestOf(model, input), mustBeRefused: false };
  }
  if (random.chance(12)) {
    const { request, mustBeRefused } = mangle(random, requestOf(model, input));
    return { operation, kind: "mangled", request, mustBeRefused };
  }
  const mutated = mutate(random, batchModel, model.input ?? "", input);
  // Labels and queries are text whatever they are made of.
  const isInBody = Object.values(membersOf(model)).every(({ location }) => location === undefined);
  return {
    operation,
    kind: "mutated",
    request: requestOf(model, mutated.input),
    mustBeRefused: mutated.mustBeRefused && isInBody,
  };
}

interface Outcome {
  readonly response: ApiResponse;
  readonly isChanged: boolean;
}

/** What is wrong with how a request was answered; undefined where nothing is. */
function findProblem(
  world: FuzzWorld,
  attempted: Attempted,
  { response, isChanged }: Outcome,
): string | undefined {
  const [failure] = world.takeFailures();
  if (failure !== undefined) return `failed: ${failure.stack}`;
  if (Object.keys(Object.prototype).length > 0) return "changed the prototype of all objects";
  if (response.status === 200) {
    return attempted.mustBeRefused ? "taken, though the shape forbids it" : undefined;
  }
  if (response.status < 400 || response.status > 499) return `answered with ${response.status}`;
  if (isChanged) return `changed the state, though it was refused: ${textOf(response)}`;
  const text = textOf(response);
  if (text === undefined) return `answered in no form of AWS's: ${String(response.body)}`;
  const { target, body, headers } = attempted.request;
  const sent = [decodePercent(target), Buffer.from(body).toString(), ...Object.values(headers)].join(" ");
  return LEFTOVERS.test(text) && !LEFTOVERS.test(sent) ? `told the caller ${text}` : undefined;
}

/** What comes of values that a text was not made for. */
const LEFTOVERS = /\bundefined\b|\[object |\bNaN\b/;

/** AWS's message, where the answer is in AWS's form of an error. */
function textOf({ headers, body }: ApiResponse): string | undefined {
  const { __type, message } = JSON.parse(String(body)) as Record<string, unknown>;
  const isWhole = typeof message === "string" && message !== "" && __type === headers["x-amzn-ErrorType"];
  return isWhole ? message : undefined;
}

function describe(seed: number, number: number, attempted: Attempted, problem: string): string {
  const { operation, kind, request } = attempted;
  const body = Buffer.from(request.body).toString().slice(0, ECHO_LENGTH_MAX);
  return `seed ${seed}, request ${number}: ${operation}, ${kind}: ${problem}\n  ${request.method} ${request.target}\n  ${body}`;
}
