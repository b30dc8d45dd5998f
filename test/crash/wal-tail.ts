/**
 * Whether a write-ahead log of SQLite ends in the middle of a transaction: behind the last frame that commits stand
 * further ones that belong to it. https://www.sqlite.org/fileformat.html#the_write_ahead_log
 */
export function endsInTransaction(wal: Buffer): boolean {
  if (wal.length < HEADER_BYTES) return false;
  const isBigEndian = (wal.readUInt32BE(0) & 1) === 1;
  const frameBytes = FRAME_HEADER_BYTES + wal.readUInt32BE(8);
  const salts = wal.subarray(16, 24);
  let sum: Checksum = [wal.readUInt32BE(24), wal.readUInt32BE(28)];
  let isCommitted = true;
  for (let at = HEADER_BYTES; at + FRAME_HEADER_BYTES <= wal.length; at += frameBytes) {
    const frame = wal.subarray(at, at + frameBytes);
    // What stands there from before the log was last begun anew has other salts.
    if (!frame.subarray(8, 16).equals(salts)) break;
    if (frame.length < frameBytes) return true;
    sum = addChecksum(sum, frame.subarray(0, 8), isBigEndian);
    sum = addChecksum(sum, frame.subarray(FRAME_HEADER_BYTES), isBigEndian);
    // From before a restart that threw away an unfinished transaction and wrote over its beginning.
    if (frame.readUInt32BE(16) !== sum[0] || frame.readUInt32BE(20) !== sum[1]) break;
    isCommitted = frame.readUInt32BE(4) !== 0;
  }
  return !isCommitted;
}

type Checksum = readonly [number, number];

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

function addChecksum([first, second]: Checksum, bytes: Buffer, isBigEndian: boolean): Checksum {
  let a = first;
  let b = second;
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    a = (a + (isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at)) + b) >>> 0;
    b = (b + (isBigEndian ? bytes.readUInt32BE(at + 4) : bytes.readUInt32LE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}
