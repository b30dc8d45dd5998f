/** Folders below the one that the variable names; each attempt appends a line to the file of its job in both. */
export const MARKS_VARIABLE = "CRASH_MARKS";

/** Where each container of a task says which it is. */
export const CONTAINER_VARIABLE = "CRASH_CONTAINER";

/** The file that all jobs append to, one after the other: so it has their order. */
export const ORDER_FILE = "order";

/**
 * - `mark`: a line for every attempt that begins and every one that gets to its end: written at once, so that none is
 *   torn. `MARKED_JOB` is the job whose attempt it is, where that is not the one that is told.
 * - `note`: a line in the order of all.
 */
export const MARKS_PRELUDE = `note() {
  echo "$1 $AWS_BATCH_JOB_ID \${${CONTAINER_VARIABLE}:-only} $AWS_BATCH_JOB_ATTEMPT $2" >>"$${MARKS_VARIABLE}/${ORDER_FILE}"
}
mark() {
  echo "$AWS_BATCH_JOB_ATTEMPT $BATCHYARD_TASK_ID $2" >>"$${MARKS_VARIABLE}/$1/\${MARKED_JOB:-$AWS_BATCH_JOB_ID}"
  note "$1" "$2"
}
leave() { mark ends "$1"; exit "$1"; }
`;
