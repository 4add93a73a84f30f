import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { EVENTS_PATH, type Scan } from "@/api/client";
import { parseJson } from "@/api/json";
import { useServices } from "@/app/services";
import { batchPerFrame } from "@/features/live/batch";
import { EventStream } from "@/features/live/stream";
import { useWatched } from "@/features/live/useWatched";
import { rangeOf } from "./filters/period";
import { columnsParameter, type ScanFilter, scanKeys } from "./queries";
import { recentScans } from "./recent";

/** Keeps the log under a filter up to date with what happens, as long as somebody may be looking. */
export function useLiveScans(filter: ScanFilter, keys: readonly string[]): void {
  const { session, apiPath, connection } = useServices();
  const queryClient = useQueryClient();
  const lastEventId = useRef<string>(undefined);
  const url = eventsUrl(apiPath, filter, keys);
  const watched = useWatched();

  useEffect(() => {
    if (!watched) return;
    const batch = batchPerFrame((news: News[]) => takeInNews(queryClient, news));
    const stream = new EventStream({
      url,
      fetch: session.fetch,
      lastEventId: lastEventId.current,
      onStatus: connection.set,
      onOpen: (resumed) => {
        if (!resumed) void reload(queryClient);
      },
      onMessage: ({ event, data, id }) => {
        if (id !== undefined) lastEventId.current = id;
        if (event === "scan") batch.push({ scan: parseJson(data) as Scan });
        else if (event === "removed") batch.push({ removed: (parseJson(data) as { pid: string }).pid });
        else if (event === "reset") {
          batch.cancel();
          recentScans.clear();
          void reload(queryClient);
        }
      },
    });
    return () => {
      stream.close();
      batch.cancel();
      connection.set("idle");
    };
  }, [watched, url, session, connection, queryClient]);
}

/** What the live connection tells of one scan. */
type News = { scan: Scan } | { removed: string };

/** Puts scans of which the page heard into every list that holds them, and has open details asked for anew. */
export function takeIn(queryClient: QueryClient, scans: readonly Scan[]): void {
  takeInNews(
    queryClient,
    scans.map((scan) => ({ scan })),
  );
}

function takeInNews(queryClient: QueryClient, news: readonly News[]): void {
  for (const one of news) {
    if ("removed" in one) recentScans.remove(one.removed);
    else recentScans.remember([one.scan]);
  }
  for (const query of queryClient.getQueryCache().findAll({ queryKey: scanKeys.pages, type: "active" })) {
    // The query's `structuralSharing` merges what is remembered; `updatedAt` stays, this is no answer of the service.
    queryClient.setQueryData(query.queryKey, (data: object | undefined) => data && { ...data }, {
      updatedAt: query.state.dataUpdatedAt,
    });
  }
  for (const one of news) {
    // Details of a scan that was taken away must not stay on the page until the answer is there.
    if ("removed" in one) void queryClient.resetQueries({ queryKey: scanKeys.one(one.removed) });
    else void queryClient.invalidateQueries({ queryKey: scanKeys.one(one.scan.pid) });
  }
}

/** Asks for the lists anew, so that the answer is not older than this moment. */
async function reload(queryClient: QueryClient): Promise<void> {
  const underWay = queryClient.isFetching({ queryKey: scanKeys.pages }) > 0;
  await queryClient.refetchQueries({ queryKey: scanKeys.pages, type: "active" }, { cancelRefetch: false });
  if (underWay) await queryClient.refetchQueries({ queryKey: scanKeys.pages, type: "active" });
}

function eventsUrl(apiPath: string, filter: ScanFilter, keys: readonly string[]): string {
  const parameters = new URLSearchParams();
  const columns = columnsParameter(keys);
  // What a span up to now leaves out is left out here as well: the service need not be told a moving bound.
  const { from, to } = filter.from || filter.to ? rangeOf(filter, new Date()) : {};
  for (const [name, value] of Object.entries({ columns, from, to, proposal: filter.proposal })) {
    if (value) parameters.set(name, value);
  }
  return `${apiPath}${EVENTS_PATH}?${parameters}`;
}
