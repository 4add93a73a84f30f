import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ApiError, unwrap } from "@/api/problem";
import { useServices } from "@/app/services";
import { rangeOf, type TimeFrame } from "./filters/period";
import { type LoadedPage, mergeScans, type PageParam, type ScanPages, withoutScans } from "./merge";
import { belongs, recentScans } from "./recent";

const PAGE_SIZE = 200;
const SUGGESTIONS = 200;
const NO_SUCH_SCAN = {
  title: "Not found",
  detail: "No scan with this PID that you can see. Check the link, or ask who sent it.",
};

/** Which scans the log shows. */
export interface ScanFilter extends TimeFrame {
  proposal?: string;
}

export const PARAMETERS_KEY = ["scans", "parameters"] as const;
export const scanKeys = {
  pages: ["scans", "pages"] as const,
  list: (filter: ScanFilter) => [...scanKeys.pages, filter] as const,
  one: (pid: string) => ["scans", "one", pid] as const,
  parameters: (search: string, proposal?: string) => [...PARAMETERS_KEY, search, proposal ?? ""] as const,
  proposals: ["scans", "proposals"] as const,
};

/** Writes metadata keys as the `columns` parameter wants them. */
export function columnsParameter(keys: readonly string[]): string | undefined {
  return keys.length > 0 ? keys.map(encodeURIComponent).join(",") : undefined;
}

/**
 * The pages of the log, newest scans first. The metadata keys are not part of the query's key: with another column the
 * pages that are there are asked for anew, and what is being read stays where it is.
 */
export function useScanPages(filter: ScanFilter, keys: readonly string[]) {
  const { api } = useServices();
  return useInfiniteQuery({
    queryKey: scanKeys.list(filter),
    initialPageParam: undefined as PageParam | undefined,
    queryFn: async ({ pageParam, signal }): Promise<LoadedPage> => {
      const { from, to } = pageParam ?? rangeOf(filter, new Date());
      const columns = columnsParameter(keys);
      const query = {
        limit: PAGE_SIZE,
        ...(columns && { columns }),
        ...(from && { from }),
        ...(to && { to }),
        ...(filter.proposal && { proposal: filter.proposal }),
        ...(pageParam && { cursor: pageParam.cursor }),
      };
      const page = await unwrap(api.GET("/api/beamlore/v1/scans", { params: { query }, signal }));
      return { ...page, from, to };
    },
    getNextPageParam: ({ nextCursor, from, to }) =>
      nextCursor ? { cursor: nextCursor, from, to } : undefined,
    placeholderData: keepPreviousData,
    structuralSharing: (_, next) =>
      mergeScans(withoutScans(next as ScanPages, recentScans.removed()), recentScans.scans(), (scan) =>
        belongs(scan, filter),
      ),
  });
}

/** One scan with all its metadata. */
export function useScan(pid: string) {
  const { api } = useServices();
  return useQuery({
    queryKey: scanKeys.one(pid),
    queryFn: async ({ signal }) => {
      const scan = await unwrap(
        api.GET("/api/beamlore/v1/scans/{pid}", { params: { path: { pid } }, signal }),
      );
      // What an address names may be no PID and still find something: "parameters", "..".
      if (scan.pid !== pid) throw new ApiError(404, NO_SUCH_SCAN);
      return scan;
    },
  });
}

/** Metadata parameters whose key or name holds the text. */
export function useParameters(search: string, proposal: string | undefined, enabled: boolean) {
  const { api } = useServices();
  return useQuery({
    queryKey: scanKeys.parameters(search, proposal),
    queryFn: ({ signal }) => {
      const query = { search, limit: SUGGESTIONS, ...(proposal && { proposal }) };
      return unwrap(api.GET("/api/beamlore/v1/scans/parameters", { params: { query }, signal }));
    },
    enabled,
    placeholderData: keepPreviousData,
  });
}

/** The proposals whose scans the person may see. */
export function useProposals() {
  const { api } = useServices();
  return useQuery({
    queryKey: scanKeys.proposals,
    queryFn: ({ signal }) => unwrap(api.GET("/api/beamlore/v1/scans/proposals", { signal })),
    refetchInterval: 60_000,
  });
}
