import { DatabaseSync } from "node:sqlite";

/**
 * Reads every row of the table that `waiting-rows.ts` made into an array, as fast as node:sqlite can, and prints the
 * milliseconds. In a process of its own, since the server that is compared with it begins cold as well.
 */
const startedAtMs = performance.now();
const database = new DatabaseSync(process.argv[2] ?? "", { readOnly: true });
const select = database.prepare("SELECT * FROM waiting");
select.setReturnArrays(true);
const rows = select.all();
const tookMs = performance.now() - startedAtMs;
process.stdout.write(`${JSON.stringify({ count: rows.length, tookMs })}\n`);
