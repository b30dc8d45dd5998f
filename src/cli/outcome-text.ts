import type { JobSummary } from "../model/batch.ts";

/** AWS's sentence for every end of a command, well or badly: it says nothing beside an exit code. */
const COMMAND_ENDED = "Essential container in task exited";

type Ended = Pick<JobSummary, "statusReason" | "isCancelled" | "isTerminated"> & {
  readonly container?:
    | { readonly exitCode?: number | undefined; readonly reason?: string | undefined }
    | undefined;
};

/** How it ended, or why it is where it is, in a phrase: `exit 137, OutOfMemoryError: …`; empty for nothing to say. */
export function describeOutcome({ container, statusReason, isCancelled, isTerminated }: Ended): string {
  const { exitCode, reason } = container ?? {};
  const why = reason ?? (statusReason === COMMAND_ENDED ? undefined : statusReason);
  const word = isTerminated === true ? "terminated" : isCancelled === true ? "cancelled" : "";
  const ending = word === "" || why?.toLowerCase().startsWith(word) === true ? "" : `${word}: `;
  const phrases = [
    exitCode === undefined || exitCode === 0 ? undefined : `exit ${exitCode}`,
    why === undefined ? undefined : `${ending}${why}`,
  ];
  return phrases.filter((phrase) => phrase !== undefined).join(", ");
}
