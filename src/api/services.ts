import { batchModel } from "../model/batch.ts";
import { logsModel } from "../model/logs.ts";
import type { ServiceModel } from "../model/service-model.ts";
import { stsModel } from "../model/sts.ts";
import { ApiError, clientError } from "./errors.ts";
import { jsonRpc } from "./protocols/json-rpc.ts";
import type { Protocol } from "./protocols/protocol.ts";
import { query } from "./protocols/query.ts";
import { restJson } from "./protocols/rest-json.ts";
import { secretsModel } from "./services/secrets/secrets-model.ts";
import { describeAsConstraint, describePlainly } from "./shape-problem.ts";
import type { Refuse } from "./validate.ts";

/** The services that are served; `secrets` is our own. */
export type ServiceName = "batch" | "logs" | "sts" | "secrets";

export interface Service {
  readonly name: ServiceName;
  /** The name under which clients sign for it. */
  readonly signedAs: "batch" | "logs" | "sts";
  readonly model: ServiceModel;
  readonly protocol: Protocol;
  /** AWS's code for a fault of the service's own. */
  readonly faultCode: string;
  readonly refuseShape: Refuse;
}

export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  batch: {
    name: "batch",
    signedAs: "batch",
    model: batchModel,
    protocol: restJson(batchModel),
    faultCode: "ServerException",
    refuseShape: (problem) => clientError(describePlainly(problem)),
  },
  logs: {
    name: "logs",
    signedAs: "logs",
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
    signedAs: "sts",
    model: stsModel,
    protocol: query(stsModel, {
      version: "2011-06-15",
      xmlNamespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    }),
    faultCode: "InternalFailure",
    refuseShape: (problem) => new ApiError("ValidationError", withSmallNames(describeAsConstraint(problem))),
  },
  secrets: {
    name: "secrets",
    signedAs: "batch",
    model: secretsModel,
    protocol: discreet(restJson(secretsModel)),
    faultCode: "ServerException",
    // What was sent may be a secret's value: it is not repeated.
    refuseShape: (problem) =>
      clientError(problem.kind === "type" ? "name and value must be strings" : describePlainly(problem)),
  },
};

/** STS tells of its members, which begin with capitals, as if they did not. */
function withSmallNames(constraint: string): string {
  return constraint.replace(/ at '([^']+)' failed to satisfy/, (place) =>
    place.replace(/(?<=['.])[A-Z]/g, (letter) => letter.toLowerCase()),
  );
}

/** The parser quotes what it cannot read, which may be a secret's value. */
function discreet(protocol: Protocol): Protocol {
  return {
    ...protocol,
    readInput(operation, request) {
      try {
        return protocol.readInput(operation, request);
      } catch (error) {
        if (error instanceof ApiError) throw clientError("The request must be a JSON object in UTF-8");
        throw error;
      }
    },
  };
}
