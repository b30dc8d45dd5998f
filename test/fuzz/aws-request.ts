import type { ApiRequest } from "../../src/api/http.ts";
import { encodePercent } from "../../src/api/request-target.ts";
import { batchModel } from "../../src/model/batch.ts";
import type { MemberModel, OperationModel } from "../../src/model/service-model.ts";
import { writeJson } from "./json-text.ts";

/** The members of an operation's input. */
export function membersOf(model: OperationModel): Readonly<Record<string, MemberModel>> {
  const shape = batchModel.shapes[model.input ?? ""];
  return shape?.type === "structure" ? shape.members : {};
}

/** The request as AWS's clients would send it, whatever the input is. */
export function requestOf(model: OperationModel, input: unknown): ApiRequest {
  const members = membersOf(model);
  const located = Object.entries(members).filter(([, { location }]) => location !== undefined);
  let target = model.path;
  const query: string[] = [];
  const body = new Map(Object.entries((located.length === 0 ? {} : input) as object));
  for (const [name, { location, locationName = name }] of located) {
    const value = body.get(name);
    body.delete(name);
    if (location === "uri") target = target.replace(`{${name}}`, encodePercent(textFor(value)));
    else query.push(...[value].flat().map((item) => `${locationName}=${encodePercent(textFor(item))}`));
  }
  const text =
    located.length === 0 ? writeJson(input) : body.size === 0 ? "" : writeJson(Object.fromEntries(body));
  return {
    method: model.method,
    target: query.length === 0 ? target : `${target}?${query.join("&")}`,
    headers: { host: "localhost", "content-type": "application/json" },
    body: Buffer.from(text),
  };
}

function textFor(value: unknown): string {
  return (typeof value === "string" ? value : writeJson(value)).toWellFormed();
}
