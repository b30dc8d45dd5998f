import type { SeededRandom } from "../lib/seeded-random.ts";
import type { SimulatedProvider } from "../providers/simulated/simulated-provider.ts";
import type { CrashSwitch } from "./crash-switch.ts";
import type { ObservedStore } from "./observed-store.ts";
import type { FaultRates } from "./scenario.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A crash comes within so many steps of the server. */
const CRASH_STEPS_MAX = 60;

/** Of servers that begin after a crash so many of a hundred crash while they do, or soon after. */
const CRASH_AGAIN_PERCENT = 20;

const DOWN_MS = { min: 0, max: 60_000 };
const FAILING_COMMITS_MAX = 4;
const CLOCK_JUMP_MS_MAX = 2 * 3_600_000;
const LOST_ATTEMPTS_MAX = 5;
const OUTAGE_MS = { min: 1_000, max: 600_000 };
const HOUR_MS = 3_600_000;

export interface FaultsOptions {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  readonly rates: FaultRates;
  readonly provider: SimulatedProvider;
  readonly store: ObservedStore;
  /** That of the server's present life; undefined while there is none. */
  readonly crashSwitch: () => CrashSwitch | undefined;
}

/** Lets things go wrong, each kind at its rate. */
export class Faults {
  readonly #options: FaultsOptions;
  /** Between the beginning and the end. */
  #isOn = false;

  constructor(options: FaultsOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#isOn = true;
    const { rates, random, provider, store, time, crashSwitch } = this.#options;
    this.#repeat(rates.crashes, () => crashSwitch()?.arm(random.between(0, CRASH_STEPS_MAX)));
    this.#repeat(rates.failingCommits, () => store.failNext(random.between(1, FAILING_COMMITS_MAX)));
    this.#repeat(rates.clockJumps, () => time.jump(random.between(-CLOCK_JUMP_MS_MAX, CLOCK_JUMP_MS_MAX)));
    this.#repeat(rates.hostLosses, () => provider.loseSome(random.between(1, LOST_ATTEMPTS_MAX)));
    this.#repeat(rates.outages, () => {
      provider.setOutage("the simulated machine is away");
      time.after(random.between(OUTAGE_MS.min, OUTAGE_MS.max), () => provider.setOutage(undefined));
    });
  }

  /** Nothing goes wrong any more, so that what is left can end. */
  end(): void {
    this.#isOn = false;
  }

  /** Whoever begins anew may not get far. */
  threaten(life: CrashSwitch): void {
    const { random, rates } = this.#options;
    const isDoomed = this.#isOn && rates.crashes > 0 && random.chance(CRASH_AGAIN_PERCENT);
    if (isDoomed) life.arm(random.between(0, CRASH_STEPS_MAX));
  }

  /** How long it takes until another server begins. */
  downMs(): number {
    return this.#options.random.between(DOWN_MS.min, DOWN_MS.max);
  }

  #repeat(perHour: number, happen: () => void): void {
    if (perHour === 0) return;
    const { time, random } = this.#options;
    const next = (): void => {
      const delayMs = (-Math.log(1 - random.next()) * HOUR_MS) / perHour;
      time.after(delayMs, () => {
        if (!this.#isOn) return;
        happen();
        next();
      });
    };
    next();
  }
}
