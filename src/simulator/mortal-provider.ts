import type { Provider } from "../providers/provider.ts";
import type { CrashSwitch } from "./crash-switch.ts";

/** The provider as one life of the server reaches it: each thing that is asked of it is a step before which it may crash. */
export function mortalProvider(provider: Provider, life: CrashSwitch): Provider {
  return {
    name: provider.name,
    onNews: (wake) => provider.onNews(() => !life.isDead && wake()),
    recover(known) {
      life.step();
      return provider.recover(known);
    },
    capacity: () => provider.capacity(),
    outage: () => provider.outage(),
    stageOf: (taskId) => provider.stageOf(taskId),
    start(spec) {
      life.step();
      provider.start(spec);
    },
    stop(taskId) {
      life.step();
      provider.stop(taskId);
    },
    kill(taskId) {
      life.step();
      provider.kill(taskId);
    },
    observe() {
      life.step();
      return provider.observe();
    },
    acknowledge(taskId, what) {
      life.step();
      provider.acknowledge(taskId, what);
    },
    poll: (nowMs) => provider.poll(nowMs),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
