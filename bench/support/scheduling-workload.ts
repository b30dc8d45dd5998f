/** What the scheduler is measured with: jobs of several shapes and shares, in the order of their submission, and instances. */
export interface SchedulingWorkload {
  readonly jobCount: number;
  readonly shareCount: number;
  /** Jobs have priorities from 0 to one less. */
  readonly priorityCount: number;
  readonly instanceCount: number;
  /** What an empty instance has. */
  readonly instance: JobShape;
  readonly shapes: readonly JobShape[];
  /** By job, as an index into `shapes`. */
  readonly shapeOf: Uint8Array;
  /** By job. */
  readonly shareOf: Uint16Array;
  /** By job: the highest goes first within its share. */
  readonly priorityOf: Uint8Array;
  /** By share, as AWS has it: what the share uses counts so many times, so that a low one gets more. */
  readonly weightFactorOf: Float64Array;
}

/** What a job needs, or an instance has. */
export interface JobShape {
  readonly vcpus: number;
  readonly memoryMiB: number;
}

export interface WorkloadSize {
  readonly jobCount: number;
  readonly shareCount: number;
  readonly priorityCount: number;
  readonly instanceCount: number;
}

/** A million jobs of a thousand shares and ten priorities for ten thousand instances, which hold about 40,000 of them. */
export const MILLION_JOBS: WorkloadSize = {
  jobCount: 1_000_000,
  shareCount: 1_000,
  priorityCount: 10,
  instanceCount: 10_000,
};

/** Four vCPUs on average. */
const SHAPES: readonly JobShape[] = [
  { vcpus: 1, memoryMiB: 2_048 },
  { vcpus: 2, memoryMiB: 4_096 },
  { vcpus: 4, memoryMiB: 8_192 },
  { vcpus: 4, memoryMiB: 16_384 },
  { vcpus: 6, memoryMiB: 8_192 },
  { vcpus: 8, memoryMiB: 16_384 },
];
const INSTANCE: JobShape = { vcpus: 16, memoryMiB: 65_536 };

/** The same size and seed give the same workload. */
export function schedulingWorkload(size: WorkloadSize, seed = 12_345): SchedulingWorkload {
  const { jobCount, shareCount, priorityCount } = size;
  const random = randomBelow(seed);
  const shapeOf = new Uint8Array(jobCount);
  const shareOf = new Uint16Array(jobCount);
  const priorityOf = new Uint8Array(jobCount);
  for (let job = 0; job < jobCount; job += 1) {
    shapeOf[job] = random(SHAPES.length);
    shareOf[job] = random(shareCount);
    priorityOf[job] = random(priorityCount);
  }
  const weightFactorOf = Float64Array.from({ length: shareCount }, (_, share) => 1 / (1 + (share % 3)));
  return { ...size, instance: INSTANCE, shapes: SHAPES, shapeOf, shareOf, priorityOf, weightFactorOf };
}

/** Whole numbers from 0 to one less than asked for: Marsaglia's xorshift of 32 bits. */
export function randomBelow(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  };
}
