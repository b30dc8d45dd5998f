/** Counts how often the event loop gets round to others while something is being done. */
export async function turnsDuring<Result>(
  act: () => Promise<Result>,
): Promise<{ readonly turnCount: number; readonly result: Result }> {
  let turnCount = 0;
  let waiting: NodeJS.Immediate | undefined;
  const waitForTurn = (): void => {
    waiting = setImmediate(() => {
      turnCount += 1;
      waitForTurn();
    });
  };
  waitForTurn();
  try {
    return { result: await act(), turnCount };
  } finally {
    clearImmediate(waiting);
  }
}
