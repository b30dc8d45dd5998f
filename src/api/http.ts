/** A request as it came, whole: signatures need the raw body. */
export interface ApiRequest {
  readonly method: string;
  /** Path and query exactly as they stood in the request line. */
  readonly target: string;
  /** Lower-case names; values of repeated headers joined by `,`. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** Address of the other end of the connection: of the client, or of a proxy before it. Absent: not known. */
  readonly peerAddress?: string | undefined;
  /** For an answer that is held back: aborted once nobody waits for it, or the server is to stop. Absent: never. */
  readonly untilUnwanted?: () => AbortSignal;
}

/** A request before its body is read. */
export type RequestHead = Pick<ApiRequest, "method" | "target" | "headers">;

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** What follows the body as it comes, no faster than the client reads; its end is the answer's. Absent: nothing. */
  readonly more?: AsyncIterable<Uint8Array>;
}
