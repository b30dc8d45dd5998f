import { batchModel } from "../model/batch.ts";
import { logsModel } from "../model/logs.ts";
import type { ServiceModel } from "../model/service-model.ts";
import { stsModel } from "../model/sts.ts";
import { ApiError, clientError } from "./errors.ts";
import { jsonRpc } from "./protocols/json-rpc.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { query } from "./protocols/query.ts";
import { restJson } from "./protocols/rest-json.ts";
import { describeAsConstraint, describePlainly } from "./shape-problem.ts";
import type { Refuse } from "./validate.ts";

/** The services that are served, by the names under which AWS's clients sign for them. */
export type ServiceName = "batch" | "logs" | "sts";

export interface Service {
  readonly name: ServiceName;
  readonly model: ServiceModel;
  readonly protocol: Protocol;
  /** AWS's code for a fault of the service's own. */
  readonly faultCode: string;
  readonly refuseShape: Refuse;
}

export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  batch: {
    name: "batch",
    model: batchModel,
    protocol: restJson(batchModel),
    faultCode: "ServerException",
    refuseShape: (problem) => clientError(describePlainly(problem)),
  },
  logs: {
    name: "logs",
    model: logsModel,
    protocol: jsonRpc(logsModel, "Logs_20140328"),
    faultCode: "InternalFailure",
    // AWS finds wrong types when it reads the JSON, before it looks at any rule.
    refuseShape: (problem) =>
      problem.kind === "type"
        ? new ApiError("SerializationException", describePlainly(problem))
        : new ApiError("InvalidParameterException", describeAsConstraint(problem)),
  },
  sts: {
    name: "sts",
    model: stsModel,
    protocol: query(stsModel, {
      version: "2011-06-15",
      xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    }),
    faultCode: "InternalFailure",
    refuseShape: (problem) => new ApiError("ValidationError", describeAsConstraint(problem)),
  },
};
