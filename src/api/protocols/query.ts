import { assert } from "../../lib/assert.ts";
import type { ServiceModel, ShapeModel } from "../../model/service-model.ts";
import { ApiError } from "../errors.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { pathOf, queryOf } from "../request-target.ts";
import { REQUEST_ID_HEADER } from "./protocol.ts";
import type { FoundOperation, Protocol } from "./protocol.ts";

export interface QueryOptions {
  /** The API's version as every request names it: `2011-06-15`. */
  readonly version: string;
  readonly xmlNamespace: string;
}

/**
 * AWS's awsQuery, which STS speaks: the parameter `Action` names the operation, in a form or, as in presigned
 * requests, in the query; the answer is XML. Members of what nests are named by their path, as in
 * `Tags.member.1.Key`. Outputs nest structures, but no lists: no operation served by it answers one.
 *
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function query(model: ServiceModel, options: QueryOptions): Protocol {
  return {
    findOperation: (request) => findOperation(model, options, request),
    readInput: (operation, request) => readInput(model, operation, request),
    writeOutput: (operation, output, requestId) =>
      respond(200, requestId, [
        `<${operation.name}Response xmlns="${options.xmlNamespace}">`,
        `<${operation.name}Result>${elements(model, operation.model.output, output)}</${operation.name}Result>`,
        `<ResponseMetadata>${element("RequestId", requestId)}</ResponseMetadata>`,
        `</${operation.name}Response>`,
      ]),
    writeError: (error, requestId) => writeError(options, error, requestId),
  };
}

/** What this protocol calls the errors that AWS names otherwise in its JSON protocols, with texts where they differ. */
const QUERY_ERRORS: ReadonlyMap<string, { readonly code: string; readonly message?: string }> = new Map([
  [
    "MissingAuthenticationTokenException",
    { code: "MissingAuthenticationToken", message: "Request is missing Authentication Token" },
  ],
  ["UnrecognizedClientException", { code: "InvalidClientTokenId" }],
  ["ExpiredTokenException", { code: "ExpiredToken" }],
  ["InvalidSignatureException", { code: "SignatureDoesNotMatch" }],
  ["IncompleteSignatureException", { code: "IncompleteSignature" }],
  ["AccessDeniedException", { code: "AccessDenied" }],
]);

function findOperation(model: ServiceModel, options: QueryOptions, request: ApiRequest): FoundOperation {
  if (request.method !== "POST" && request.method !== "GET") {
    throw new ApiError("InvalidAction", `${pathOf(request.target)} takes GET, POST, got ${request.method}`, {
      status: 405,
      headers: { Allow: "GET, POST" },
    });
  }
  const parameters = parametersOf(request);
  const name = parameters.get("Action") ?? "";
  const version = parameters.get("Version") ?? "NO_VERSION_SPECIFIED";
  const operation = Object.hasOwn(model.operations, name) ? model.operations[name] : undefined;
  if (operation === undefined || version !== options.version || pathOf(request.target) !== operation.path) {
    throw new ApiError("InvalidAction", `Could not find operation ${name} for version ${version}`);
  }
  return { name, model: operation, labels: {} };
}

/** Those of the query and, over them, those of the form. */
function parametersOf(request: ApiRequest): ReadonlyMap<string, string> {
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  return new Map([...queryOf(request.target), ...form]);
}

/** Parameters by the steps of their names. */
interface ParameterTree {
  value?: string;
  readonly below: Map<string, ParameterTree>;
}

/** No name of an input that is served has more. */
const STEPS_MAX = 8;

function readInput(model: ServiceModel, { model: operation }: FoundOperation, request: ApiRequest): unknown {
  const root: ParameterTree = { below: new Map() };
  for (const [name, value] of parametersOf(request)) {
    let place = root;
    for (const step of name.split(".", STEPS_MAX)) {
      const next = place.below.get(step) ?? { below: new Map() };
      place.below.set(step, next);
      place = next;
    }
    place.value = value;
  }
  return operation.input === undefined ? {} : readShape(model, operation.input, root);
}

/** What cannot be read as its shape is left as the text that it is: the check of shapes refuses it. */
function readShape(model: ServiceModel, shapeName: string, place: ParameterTree): unknown {
  const shape = shapeOf(model, shapeName);
  if (shape.type === "structure") {
    const members = Object.entries(shape.members).flatMap(([name, member]) => {
      const below = place.below.get(member.locationName ?? name);
      return below === undefined ? [] : [[name, readShape(model, member.shape, below)] as const];
    });
    return Object.fromEntries(members);
  }
  if (shape.type === "list") {
    const items = [...(place.below.get("member")?.below ?? [])];
    items.sort(([a], [b]) => Number(a) - Number(b));
    return items.map(([, item]) => readShape(model, shape.item, item));
  }
  const isNumber = shape.type === "integer" && /^-?\d+$/.test(place.value ?? "");
  return isNumber ? Number(place.value) : place.value;
}

function shapeOf(model: ServiceModel, name: string): ShapeModel {
  const shape = model.shapes[name];
  assert(shape !== undefined, `the model has no shape ${name}`);
  return shape;
}

function writeError(options: QueryOptions, error: ApiError, requestId: string): ApiResponse {
  const { code = error.code, message = error.message } = QUERY_ERRORS.get(error.code) ?? {};
  const response = respond(error.status, requestId, [
    `<ErrorResponse xmlns="${options.xmlNamespace}">`,
    `<Error>${element("Type", error.status < 500 ? "Sender" : "Receiver")}`,
    `${element("Code", code)}${element("Message", message)}</Error>`,
    element("RequestId", requestId),
    "</ErrorResponse>",
  ]);
  return { ...response, headers: { ...error.headers, ...response.headers } };
}

function respond(status: number, requestId: string, xml: readonly string[]): ApiResponse {
  return {
    status,
    headers: { "Content-Type": "text/xml", [REQUEST_ID_HEADER]: requestId },
    body: `${xml.join("")}\n`,
  };
}

/** In the order of the model. */
function elements(model: ServiceModel, shapeName: string | undefined, output: object): string {
  const shape = shapeName === undefined ? undefined : shapeOf(model, shapeName);
  if (shape?.type !== "structure") return "";
  const values = new Map(Object.entries(output));
  return Object.entries(shape.members)
    .map(([name, member]) => {
      const value: unknown = values.get(name);
      return value === undefined ? "" : `<${name}>${contentOf(model, member.shape, value)}</${name}>`;
    })
    .join("");
}

function contentOf(model: ServiceModel, shapeName: string, value: unknown): string {
  if (typeof value === "object" && value !== null) return elements(model, shapeName, value);
  const isInstant = shapeOf(model, shapeName).type === "timestamp";
  return escapeXml(isInstant ? formatInstant(Number(value)) : String(value));
}

/** Outputs have instants in seconds since 1970. */
function formatInstant(atSeconds: number): string {
  return new Date(atSeconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`;
}

function escapeXml(text: string): string {
  return text
    .replace(NOT_IN_XML, "\uFFFD")
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Characters that XML 1.0 cannot hold, not even escaped. */
const NOT_IN_XML = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
