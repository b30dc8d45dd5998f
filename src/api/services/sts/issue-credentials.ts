import type { Principal } from "../../../identity/principal.ts";
import type { Sessions } from "../../../identity/sessions.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Credentials } from "../../../model/sts.ts";
import { ApiError } from "../../errors.ts";
import { withServerKey } from "../../key-refusal.ts";

export interface StsServices {
  readonly sessions: Pick<Sessions, "issue">;
  readonly clock: Pick<Clock, "nowMs">;
}

/** Credentials that hold for so long from now on, to the second as their instant is told. */
export async function issueCredentials(
  { sessions, clock }: StsServices,
  principal: Principal,
  durationSeconds: number,
): Promise<Credentials> {
  const expiresAtSeconds = Math.floor(clock.nowMs() / 1000) + durationSeconds;
  const issued = await withServerKey("InternalFailure", () =>
    sessions.issue({ principal, expiresAtMs: expiresAtSeconds * 1000 }),
  );
  return {
    AccessKeyId: issued.accessKeyId,
    SecretAccessKey: issued.secretAccessKey,
    SessionToken: issued.sessionToken,
    Expiration: expiresAtSeconds,
  };
}

interface SecondFactor {
  readonly SerialNumber?: string | undefined;
  readonly TokenCode?: string | undefined;
}

/** There are no devices here, so no code of one can be right. */
export function refuseSecondFactor({ SerialNumber, TokenCode }: SecondFactor): void {
  if (SerialNumber === undefined && TokenCode === undefined) return;
  throw new ApiError("AccessDenied", "MultiFactorAuthentication failed: this server knows no MFA devices.", {
    status: 403,
  });
}
