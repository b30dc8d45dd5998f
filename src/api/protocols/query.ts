import type { ServiceModel } from "../../model/service-model.ts";
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
 * requests, in the query; the answer is XML. Only flat inputs and outputs are known here: no operation served by it
 * nests.
 */
export function query(model: ServiceModel, options: QueryOptions): Protocol {
  return {
    findOperation: (request) => findOperation(model, options, request),
    readInput: (_operation, request) => Object.fromEntries(parametersOf(request)),
    writeOutput: (operation, output, requestId) =>
      respond(200, requestId, [
        `<${operation.name}Response xmlns="${options.xmlNamespace}">`,
        `<${operation.name}Result>${flatElements(output)}</${operation.name}Result>`,
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

function flatElements(output: object): string {
  return Object.entries(output)
    .map(([name, value]) => (value === undefined ? "" : element(name, String(value))))
    .join("");
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
