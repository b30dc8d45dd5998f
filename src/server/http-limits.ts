/** How much of its clients the server bears. */
export interface HttpLimits {
  /** Request line and headers together. */
  readonly headerBytesMax: number;
  readonly headerCountMax: number;
  readonly bodyBytesMax: number;
  /** Bodies up to this size are taken however many there are: there are as many as connections at most. */
  readonly smallBodyBytesMax: number;
  /** All larger bodies of requests under way hold so much together, whether signed or not. One more is refused with 503. */
  readonly largeBodyBytesMax: number;
  /** Of a body that is too large this much more is read and thrown away, so that the client gets to read its 413. */
  readonly discardedBytesMax: number;
  /** From the connection, or on one that is kept from the request's first byte, to the end of the headers. */
  readonly headersTimeoutMs: number;
  /** The same to the end of the body. */
  readonly requestTimeoutMs: number;
  /** How often the two are looked after: by so much they may be overrun. */
  readonly timeoutCheckMs: number;
  /** How long a connection is kept between two requests. */
  readonly keepAliveTimeoutMs: number;
  /** How long a client may leave an answer unread before its connection is cut. */
  readonly unreadTimeoutMs: number;
  /**
   * Where there are as many, a new connection takes the place of the one that is idle longest; where every one has a
   * request under way, it is closed at once.
   */
  readonly connectionsMax: number;
  /** How long `close` waits for the answers under way. */
  readonly closeGraceMs: number;
}

export const HTTP_LIMITS: HttpLimits = {
  headerBytesMax: 16 * 1024,
  headerCountMax: 100,
  // PutLogEvents takes 1 MiB of text, which clients may send as \u escapes.
  bodyBytesMax: 4 * 1024 * 1024,
  smallBodyBytesMax: 64 * 1024,
  largeBodyBytesMax: 64 * 1024 * 1024,
  discardedBytesMax: 16 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  timeoutCheckMs: 1_000,
  // Longer than clients keep their idle connections, so that it is they who close: a request never meets a closing end.
  keepAliveTimeoutMs: 75_000,
  unreadTimeoutMs: 30_000,
  connectionsMax: 1_000,
  closeGraceMs: 10_000,
};
