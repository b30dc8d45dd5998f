import { expect, test } from "vitest";
import { createHandler } from "../../src/api/handle.ts";
import type { HandlerDependencies } from "../../src/api/handle.ts";
import type { ApiRequest, ApiResponse } from "../../src/api/http.ts";
import { createGuard } from "../../src/api/guards.ts";
import { encodePercent } from "../../src/api/request-target.ts";
import { createStsOperations } from "../../src/api/services/sts/sts-operations.ts";
import { createAuthenticate } from "../../src/api/signature/authenticate.ts";
import { Sessions } from "../../src/identity/sessions.ts";
import { logsModel } from "../../src/model/logs.ts";
import { stsModel } from "../../src/model/sts.ts";
import { Sealer } from "../../src/secrets/sealer.ts";
import { aRequest, logsRequest } from "../support/api-handler.ts";
import { NOW_MS } from "../support/batch-values.ts";
import { TEST_SCOPE, TestLogsService } from "../support/logs-service.ts";
import { SeededRandom } from "../../src/lib/seeded-random.ts";
import { hostileName, hostileText } from "./hostile-values.ts";
import { writeJson } from "./json-text.ts";
import { mutate } from "./mutations.ts";
import { validInput } from "./valid-input.ts";

const SEED = Number(process.env["FC_SEED"] ?? 20_161_110);
const REQUEST_COUNT = 3_000;
const NOBODY = { jobs: [], serviceJobs: [] };
const clock = { nowMs: () => NOW_MS, monotonicMs: () => NOW_MS };

test("whatever CloudWatch Logs is sent is answered with 200 or 4xx, each operation with 200 now and then", async () => {
  await using service = await TestLogsService.open();
  service.at.clock.ms = NOW_MS;
  const random = new SeededRandom(SEED);
  const operations = Object.entries(logsModel.operations);
  const taken = new Set<string>();
  const { handle, failures } = aServer({ logs: service.operations });
  for (let count = 0; count < REQUEST_COUNT; count += 1) {
    const [name, { input: shape = "" }] = random.pick(operations) ?? ["", {}];
    const valid = validInput(random, { model: logsModel, seen: NOBODY }, shape);
    const input = random.chance(50) ? valid : mutate(random, logsModel, shape, valid).input;
    const body = Buffer.from(writeJson(input));
    const { status } = await handle({ ...logsRequest(name, {}), body });
    if (status === 200) taken.add(name);
    expect([name, writeJson(input).slice(0, 1_000), status < 500, failures]).toEqual([
      name,
      writeJson(input).slice(0, 1_000),
      true,
      [],
    ]);
  }
  expect([...taken].toSorted()).toEqual(operations.map(([name]) => name).toSorted());
}, 60_000);

test("whatever STS is sent is answered with 200 or 4xx", async () => {
  const random = new SeededRandom(SEED);
  const sessions = new Sessions(new Sealer(() => Buffer.alloc(32)), "none");
  const { handle, failures } = aServer({ sts: createStsOperations({ sessions, clock }) });
  for (let count = 0; count < REQUEST_COUNT; count += 1) {
    const form = drawForm(random);
    const { status } = await handle({
      ...aRequest(),
      headers: { host: "localhost", "content-type": "application/x-www-form-urlencoded" },
      body: Buffer.from(form),
    });
    expect([form, status < 500, failures]).toEqual([form, true, []]);
  }
});

function drawForm(random: SeededRandom): string {
  const action = random.pick([...Object.keys(stsModel.operations), hostileName(random)]) ?? "";
  const names = [
    "RoleArn",
    "RoleSessionName",
    "DurationSeconds",
    "Tags.member.1.Key",
    "Tags.member.0",
    "a.b.c",
  ];
  const pairs = Array.from({ length: random.between(0, 6) }, () => {
    const name = random.chance(80) ? random.pick(names) : hostileName(random).toWellFormed();
    const value = random.chance(40) ? "arn:aws:iam::123456789012:role/r" : hostileText(random).toWellFormed();
    return `${name}=${random.chance(90) ? encodePercent(value) : value}`;
  });
  return [`Action=${encodePercent(action.toWellFormed())}`, "Version=2011-06-15", ...pairs].join("&");
}

interface Server {
  readonly handle: (request: ApiRequest) => Promise<ApiResponse>;
  readonly failures: readonly unknown[];
}

/** A handler of one service; the tests ask nothing of the others. */
function aServer(operations: Partial<HandlerDependencies["operations"]>): Server {
  const failures: unknown[] = [];
  const sessions = new Sessions(new Sealer(() => Buffer.alloc(32)), "none");
  const handle = createHandler({
    operations: operations as HandlerDependencies["operations"],
    guard: createGuard({ boundHost: "127.0.0.1", allowedHosts: [] }),
    authenticate: createAuthenticate({
      mode: "none",
      credentials: [],
      sessions,
      defaults: TEST_SCOPE,
      clock,
    }),
    plainRoutes: new Map(),
    ids: { uuid: () => "00000000-0000-4000-8000-000000000001", hex: () => "" },
    clock,
    onRequest: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  return { handle, failures };
}
