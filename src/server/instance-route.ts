import { ApiError, clientError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import { queryOf } from "../api/request-target.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { parseResourceArn } from "../batch/arn.ts";
import type { Instance, InstanceEnd } from "../batch/instance.ts";
import { unreachable } from "../lib/assert.ts";
import type { Store } from "../store/store.ts";
import { json } from "./json-answers.ts";

interface InstanceRouteParts {
  readonly authenticate: Authenticate;
  readonly store: Pick<Store, "readInstance">;
}

/** `GET /batchyard/instance?instanceId=…`: when an instance came and why it went, also when it is gone. */
export function createInstanceRoute({ authenticate, store }: InstanceRouteParts): PlainRoute {
  return async (request) => {
    const { scope } = authenticate(request, "batch");
    const instanceId = new Map(queryOf(request.target)).get("instanceId");
    if (instanceId === undefined || instanceId === "") {
      throw clientError("instanceId must be given, as in ?instanceId=i-…");
    }
    const instance = await store.readInstance(scope, instanceId);
    if (instance === undefined) {
      throw new ApiError("ClientException", `Instance ${instanceId} not found.`, { status: 404 });
    }
    return json(200, answerOf(instance));
  };
}

function answerOf(instance: Instance): object {
  const { scope: _scope, computeEnvironmentArn, configurationVersion: _version, ...told } = instance;
  const computeEnvironmentName = parseResourceArn(computeEnvironmentArn)?.name ?? computeEnvironmentArn;
  return { ...told, computeEnvironmentName, sentence: tellLife(instance, computeEnvironmentName) };
}

/** From its launch to its end, as far as that has come. */
function tellLife(instance: Instance, environmentName: string): string {
  const { instanceType, isSpot, launchedAtMs, registeredAtMs, leaving } = instance;
  const { terminatedAtMs, terminatedBecause } = instance;
  const kind = isSpot ? `${instanceType} of Spot capacity` : instanceType;
  const launch = `It is a ${kind} that ${environmentName} launched at ${instantOf(launchedAtMs)}.`;
  if (terminatedAtMs !== undefined && terminatedBecause !== undefined) {
    return `${launch} It went at ${instantOf(terminatedAtMs)}: ${tellEnd(terminatedBecause)}.`;
  }
  if (leaving !== undefined) {
    const { because, atMs } = leaving;
    const when =
      atMs === undefined ? "when nothing runs on it any more" : `at ${instantOf(atMs)} at the latest`;
    return `${launch} It goes ${when}: ${tellEnd(because)}.`;
  }
  return registeredAtMs === undefined
    ? `${launch} It boots.`
    : `${launch} It has taken jobs since ${instantOf(registeredAtMs)}.`;
}

function tellEnd(because: InstanceEnd): string {
  switch (because) {
    case "idle":
      return "nothing had run on it for a while";
    case "reclaimed":
      return "its Spot capacity was taken back";
    case "replaced":
      return "its environment has other settings now";
    case "environment-deleted":
      return "its environment was deleted";
    case "lost":
      return "an attempt on it was lost, and nobody knows why";
    default:
      return unreachable(because);
  }
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString();
}
