import type { Store, StoredLiveChild, StoredLiveJob, StoredState } from "../../src/store/store.ts";

/** What a store loads, its jobs and children as lists that can be compared. */
export async function loadStore(store: Pick<Store, "load">): Promise<
  StoredState & {
    readonly liveJobs: readonly StoredLiveJob[];
    readonly liveChildren: readonly StoredLiveChild[];
  }
> {
  const state = await store.load();
  const liveJobs = [...state.liveJobs];
  return { ...state, liveJobs, liveChildren: [...state.liveChildren] };
}
