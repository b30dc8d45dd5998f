import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ORDER_FILE } from "./marks-prelude.ts";

/** A line that an attempt left: at its very beginning, or with its exit code at its end. */
export interface Mark {
  readonly attemptNumber: number;
  /** Absent where jobs are not told. */
  readonly taskId?: string;
  /** Of a mark at the end. */
  readonly exitCode?: number;
}

export type MarkKind = "starts" | "ends";

/** A line in the order of all that jobs have marked. */
export interface OrderMark {
  /** `met`: two nodes have met; `stranger`: a node was met that is not of the same attempt. */
  readonly kind: MarkKind | "met" | "stranger";
  readonly jobId: string;
  /** `only` where there are no others. */
  readonly container: string;
  readonly attemptNumber: number;
  /** Of a mark at the end. */
  readonly exitCode?: number;
}

/** What jobs leave behind outside of the server's reach: a file for each job with a line for each attempt. */
export class MarksFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    for (const kind of ["starts", "ends"]) mkdirSync(join(path, kind), { recursive: true });
  }

  folder(kind: MarkKind): string {
    return join(this.path, kind);
  }

  /** By job id. */
  readAll(kind: MarkKind): ReadonlyMap<string, readonly Mark[]> {
    return new Map(readdirSync(this.folder(kind)).map((jobId) => [jobId, this.read(kind, jobId)]));
  }

  /** What all jobs have marked, in its order. */
  readOrder(): readonly OrderMark[] {
    const file = join(this.path, ORDER_FILE);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1).map(parseOrderMark) : [];
  }

  read(kind: MarkKind, jobId: string): readonly Mark[] {
    let text = "";
    try {
      text = readFileSync(join(this.folder(kind), jobId), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    return text.split("\n").slice(0, -1).map(parseMark);
  }
}

function parseOrderMark(line: string): OrderMark {
  const [kind = "", jobId = "", container = "", attemptNumber, exitCode = ""] = line.split(" ");
  return {
    kind: kind as OrderMark["kind"], // nobody else writes there
    jobId,
    container,
    attemptNumber: Number(attemptNumber),
    ...(exitCode !== "" && { exitCode: Number(exitCode) }),
  };
}

function parseMark(line: string): Mark {
  const [attemptNumber, taskId = "", exitCode = ""] = line.split(" ");
  return {
    attemptNumber: Number(attemptNumber),
    ...(taskId !== "" && { taskId }),
    ...(exitCode !== "" && { exitCode: Number(exitCode) }),
  };
}
