import { assert } from "../../src/lib/assert.ts";

/** What a client learns of a refused request. */
export interface RefusalSeen {
  readonly code: string;
  readonly status: number | undefined;
  /** With `⟨request id⟩` where the request's own id stands. */
  readonly message: string;
}

/** What AWS's client throws for a call that has to be refused. */
export async function refusalOf(call: Promise<unknown>): Promise<RefusalSeen> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert(error instanceof Error, "the call was not refused");
  // What AWS's clients add to their errors; elsewhere it is absent.
  const { httpStatusCode, requestId } = (error as { $metadata?: AwsMetadata }).$metadata ?? {};
  const message =
    requestId === undefined ? error.message : error.message.replaceAll(requestId, "⟨request id⟩");
  return { code: error.name, status: httpStatusCode, message };
}

/** AWS Batch's refusal with a bare text. */
export function clientException(message: string): RefusalSeen {
  return { code: "ClientException", status: 400, message };
}

/** AWS Batch's refusal with a text in its wrapper (specification 1.2). */
export function wrapped(text: string): RefusalSeen {
  return clientException(`Error executing request, Exception : ${text}, RequestId: ⟨request id⟩`);
}

/** How this version refuses what AWS can do and it cannot. */
export function notYet(what: string): RefusalSeen {
  return clientException(`${what} not supported yet by this version of Batchyard`);
}

interface AwsMetadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
}
