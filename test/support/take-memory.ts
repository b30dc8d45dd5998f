/**
 * Shell text that takes some hundreds of MiB and holds them: too much for a job of 32 MiB, and bounded where memory is
 * only looked at from time to time.
 */
export const TAKE_MEMORY = "x=$(head -c 200000000 /dev/zero | tr '\\0' x); sleep 600";
