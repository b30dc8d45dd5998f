import type { LogGroup } from "../../../batch/log-stream.ts";
import type { Store } from "../../../store/store.ts";
import { decodeNextToken, encodeNextToken } from "../../pagination.ts";
import type { Listing } from "../../pagination.ts";
import type { SearchProgress } from "./log-search.ts";

/** How far a search has come, as its next token holds it. */
type SavedProgress = readonly [
  listAfter: string | null,
  streams: readonly (readonly [name: string, position: number | "start"])[],
];

export function encodeSearchToken(
  listing: Listing,
  progress: SearchProgress | undefined,
): string | undefined {
  if (progress === undefined) return undefined;
  const saved: SavedProgress = [
    progress.listAfter ?? null,
    progress.streams.map(({ stream, position }) => [stream.name, position]),
  ];
  return encodeNextToken(listing, JSON.stringify(saved));
}

/** Undefined where the token is not one of this listing. Streams that are gone meanwhile are left out. */
export async function decodeSearchToken(
  listing: Listing,
  token: string,
  { store, group }: { readonly store: Store; readonly group: LogGroup },
): Promise<SearchProgress | undefined> {
  const text = decodeNextToken(listing, token);
  if (text === undefined) return undefined;
  // Its digest says that it is as it was issued.
  const [listAfter, saved] = JSON.parse(text) as SavedProgress;
  const streams: SearchProgress["streams"][number][] = [];
  for (const [name, position] of saved) {
    const stream = await store.readLogStream(group.scope, group.name, name);
    if (stream !== undefined) streams.push({ stream, position });
  }
  return { streams, listAfter: listAfter ?? undefined };
}
