import type { Context } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { askOwn } from "../explained.ts";
import { jsonText } from "../json-text.ts";
import type { Top } from "../top-answer.ts";
import { renderScreen, renderTop } from "../top-text.ts";

export interface TopOptions {
  readonly once?: boolean;
}

const REDRAW_PAUSE_MS = 1_000;

/** Puts the cursor at the beginning and clears what stands there. */
const CLEAR_SCREEN = "\u001b[H\u001b[J";

/** `batchyard top`: queues, environments, instances and shares; on a terminal drawn anew until Ctrl-C. */
export async function top(context: Context, { once = false }: TopOptions): Promise<number> {
  const { surroundings, isJson } = context;
  const { output } = surroundings;
  if (isJson) {
    await output.write(jsonText(await ask(context)));
    return EXIT.done;
  }
  if (once || !output.isTerminal) {
    await output.write(renderTop(await ask(context), output));
    return EXIT.done;
  }
  const ended = new AbortController();
  using _signals = surroundings.onSignal(() => ended.abort());
  while (!ended.signal.aborted) {
    await output.write(`${CLEAR_SCREEN}${renderScreen(await ask(context), output)}`);
    await surroundings.pause(REDRAW_PAUSE_MS, ended.signal);
  }
  return EXIT.done;
}

async function ask(context: Context): Promise<Top> {
  return await askOwn<Top>(context, "GET", "top");
}
