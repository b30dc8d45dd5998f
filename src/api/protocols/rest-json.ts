import { assert } from "../../lib/assert.ts";
import type { MemberModel, OperationModel, ServiceModel } from "../../model/service-model.ts";
import { ApiError, clientError } from "../errors.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { decodePercent, pathOf, queryOf } from "../request-target.ts";
import { parseJsonBody } from "./json-body.ts";
import { REQUEST_ID_HEADER } from "./protocol.ts";
import type { FoundOperation, Protocol } from "./protocol.ts";

/** AWS's restJson1, which Batch speaks: the path names the operation, body and answer are JSON. */
export function restJson(model: ServiceModel): Protocol {
  const routes = routesOf(model);
  return {
    findOperation: (request) => findOperation(routes, request),
    readInput: (operation, request) => readInput(model, operation, request),
    writeOutput: (_operation, output, requestId) => ({
      status: 200,
      headers: { "Content-Type": CONTENT_TYPE, [REQUEST_ID_HEADER]: requestId },
      body: JSON.stringify(output),
    }),
    writeError,
  };
}

const CONTENT_TYPE = "application/json";

/** Operations by method. */
type Methods = Map<string, readonly [name: string, model: OperationModel]>;

interface Routes {
  readonly byPath: ReadonlyMap<string, Methods>;
  /** Paths that end with a label: `/v1/tags/{resourceArn}` by `/v1/tags/`. */
  readonly byPrefix: ReadonlyMap<string, { readonly label: string; readonly methods: Methods }>;
}

function routesOf(model: ServiceModel): Routes {
  const byPath = new Map<string, Methods>();
  const byPrefix = new Map<string, { label: string; methods: Methods }>();
  for (const [name, operation] of Object.entries(model.operations)) {
    const [, prefix = operation.path, label] = LAST_LABEL.exec(operation.path) ?? [];
    const methods: Methods = byPath.get(prefix) ?? byPrefix.get(prefix)?.methods ?? new Map();
    methods.set(operation.method, [name, operation]);
    if (label === undefined) byPath.set(prefix, methods);
    else byPrefix.set(prefix, { label, methods });
  }
  return { byPath, byPrefix };
}

const LAST_LABEL = /^(.*\/)\{(\w+)\}$/;

function findOperation(routes: Routes, request: ApiRequest): FoundOperation {
  const path = pathOf(request.target);
  const methods = routes.byPath.get(path);
  if (methods !== undefined) return { ...chooseMethod(methods, request, path), labels: {} };

  for (const [prefix, { label, methods: labelled }] of routes.byPrefix) {
    if (!path.startsWith(prefix)) continue;
    const chosen = chooseMethod(labelled, request, path);
    const value = readLabel(label, path.slice(prefix.length));
    return { ...chosen, labels: value === "" ? {} : { [label]: value } };
  }
  throw new ApiError("UnknownOperationException", `There is no operation at ${path}`, { status: 404 });
}

function chooseMethod(
  methods: Methods,
  request: ApiRequest,
  path: string,
): Pick<FoundOperation, "name" | "model"> {
  const chosen = methods.get(request.method);
  if (chosen !== undefined) return { name: chosen[0], model: chosen[1] };
  const allow = [...methods.keys()].join(", ");
  throw new ApiError("UnknownOperationException", `${path} takes ${allow}, got ${request.method}`, {
    status: 405,
    headers: { Allow: allow },
  });
}

/** The whole remainder of the path is the label, whether its slashes and colons came encoded or not. */
function readLabel(label: string, encoded: string): string {
  const value = decodePercent(encoded);
  if (value === undefined) throw clientError(`${label} in the path must be valid percent-encoding of UTF-8`);
  return value;
}

function readInput(model: ServiceModel, operation: FoundOperation, request: ApiRequest): unknown {
  const { located, hasBody } = inputPlacesOf(model, operation);
  if (located.length === 0) return hasBody ? readBody(request) : {};
  const input: Record<string, unknown> = hasBody ? { ...readBody(request) } : {};
  for (const [name, member] of located) {
    const sent = member.locationName ?? name;
    // Assigned even where nothing was sent: what the body says of such a member does not count.
    input[name] =
      member.location === "uri" ? operation.labels[sent] : readQuery(model, member, request, sent);
  }
  return input;
}

/** Where the members of an operation's input stand. */
interface InputPlaces {
  /** In the path or the query; all others are in the body. */
  readonly located: readonly [name: string, member: MemberModel][];
  readonly hasBody: boolean;
}

/** Found once for each operation. */
const foundPlaces = new WeakMap<OperationModel, InputPlaces>();

function inputPlacesOf(model: ServiceModel, operation: FoundOperation): InputPlaces {
  let places = foundPlaces.get(operation.model);
  if (places === undefined) {
    places = findInputPlaces(model, operation);
    foundPlaces.set(operation.model, places);
  }
  return places;
}

function findInputPlaces(model: ServiceModel, operation: FoundOperation): InputPlaces {
  if (operation.model.input === undefined) return { located: [], hasBody: false };
  const shape = model.shapes[operation.model.input];
  assert(shape?.type === "structure", `the input of ${operation.name} is not a structure`);
  const members = Object.entries(shape.members);
  const located = members.filter(([, member]) => member.location !== undefined);
  return { located, hasBody: members.length > located.length };
}

function readBody(request: ApiRequest): Readonly<Record<string, unknown>> {
  const body = parseJsonBody(request.body);
  if (typeof body === "string") throw clientError(body);
  return body;
}

/** A list takes every value of its name, anything else the first. */
function readQuery(model: ServiceModel, member: MemberModel, request: ApiRequest, sent: string): unknown {
  const values = queryOf(request.target).flatMap(([name, value]) => (name === sent ? [value] : []));
  if (model.shapes[member.shape]?.type !== "list") return values[0];
  return values.length === 0 ? undefined : values;
}

function writeError(error: ApiError, requestId: string): ApiResponse {
  return {
    status: error.status,
    headers: {
      "Content-Type": CONTENT_TYPE,
      ...error.headers,
      "x-amzn-ErrorType": error.code,
      [REQUEST_ID_HEADER]: requestId,
    },
    // Old clients look for the type in the body (specification 1.2).
    body: JSON.stringify({ __type: error.code, message: error.message }),
  };
}
