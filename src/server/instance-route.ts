import { ApiError, clientError } from "../api/errors.ts";
import type { PlainRoute } from "../api/handle.ts";
import { queryOf } from "../api/request-target.ts";
import type { Authenticate } from "../api/signature/authenticate.ts";
import { parseResourceArn } from "../batch/arn.ts";
import type { Instance } from "../batch/instance.ts";
import type { Store } from "../store/store.ts";
import { tellLife } from "./instance-words.ts";
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
