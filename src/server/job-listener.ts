import type { GuardOptions } from "../api/guards.ts";
import { createGuard } from "../api/guards.ts";
import type { Guard } from "../api/guards.ts";
import { ApiError } from "../api/errors.ts";
import { pathOf } from "../api/request-target.ts";
import { isSystemError } from "../lib/system-error.ts";
import type { Store } from "../store/store.ts";
import type { HttpListener } from "./http-listener.ts";

/** The port that jobs were told of last: those that still run go on asking there. */
const SETTING = "job-port";

export interface JobListenerOptions {
  readonly listener: HttpListener;
  readonly store: Pick<Store, "readSetting" | "commit">;
  readonly host: string;
  /** 0: that of the last time, or any free one. */
  readonly port: number;
}

/**
 * Listens where jobs reach the server. The port stays the same over restarts, as long as nobody else takes it.
 *
 * @returns the URL, as in `http://127.0.0.1:40001`.
 */
export async function listenForJobs({ listener, store, host, port }: JobListenerOptions): Promise<string> {
  const recorded = await store.readSetting(SETTING);
  const wanted = port === 0 && recorded !== undefined ? Number(recorded) : port;
  const address = await listener.listen(host, wanted).catch((error: unknown) => {
    if (port === 0 && wanted !== 0 && isSystemError(error) && error.code === "EADDRINUSE") {
      return listener.listen(host, 0);
    }
    throw error;
  });
  const value = String(address.port);
  if (value !== recorded) await store.commit([{ kind: "setting-put", name: SETTING, value }]);
  return address.url;
}

export interface JobGuardOptions extends GuardOptions {
  /** Jobs may call the server's API, too. */
  readonly isApiOpen: boolean;
  /** The first segments of what they may ask for in any case. */
  readonly openPaths: Pick<ReadonlySet<string>, "has">;
}

/** As `createGuard`, for the listener that jobs reach. */
export function createJobGuard({ isApiOpen, openPaths, ...options }: JobGuardOptions): Guard {
  const guard = createGuard(options);
  return (head) => {
    guard(head);
    const path = pathOf(head.target);
    if (isApiOpen || openPaths.has(path.slice(0, path.indexOf("/", 1) + 1))) return;
    throw new ApiError(
      "AccessDeniedException",
      "The server's API is not served to jobs here: start the server with --inject-endpoints",
      { status: 403 },
    );
  };
}
