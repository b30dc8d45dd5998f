import type { Store, StoredLiveJob, StoredState } from "../../src/store/store.ts";

/** What a store loads, its jobs as a list that can be compared. */
export async function loadStore(
  store: Pick<Store, "load">,
): Promise<StoredState & { readonly liveJobs: readonly StoredLiveJob[] }> {
  const state = await store.load();
  return { ...state, liveJobs: [...state.liveJobs] };
}
