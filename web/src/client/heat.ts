/** The heat map, what sets a part of it apart, and how a search was understood. */

import type { Explanation, HeatMap, HeatSelection } from "../model/heat";
import type { Reading, ReadingNode } from "../model/reading";
import type * as wire from "../wire";
import { ask, type Question, window } from "./ask";

export async function getHeatMap(question: Question, columns: number, signal?: AbortSignal): Promise<HeatMap | null> {
  const map = await ask<wire.Heatmap>("/api/v1/heatmap", { ...window(question), columns: String(columns) }, signal);
  if (map.step_ns === null || map.cells.count.length === 0) return null;
  return {
    from: BigInt(map.start_ns),
    stepNs: map.step_ns,
    columns: map.columns,
    rowStartsNs: map.row_starts_ns,
    cells: map.cells,
  };
}

export async function explain(
  question: Question,
  selection: HeatSelection,
  signal?: AbortSignal,
): Promise<Explanation> {
  const parameters = {
    ...window(question),
    selection: selection.search,
    selection_from: String(selection.from),
    selection_to: String(selection.to),
    limit: "12",
  };
  const { selected, others, fields } = await ask<wire.Explanation>("/api/v1/explain", parameters, signal);
  const toValue = ({ value, share, share_of_others: shareOfOthers }: wire.ExplainedValue) => ({
    value,
    share,
    shareOfOthers,
  });
  return { selected, others, fields: fields.map(({ field, values }) => ({ field, values: values.map(toValue) })) };
}

export async function readQuery(query: string, signal?: AbortSignal): Promise<Reading> {
  const { printed, tree, sql, parameters } = await ask<wire.ExplainedQuery>("/api/v1/query", { q: query }, signal);
  return { printed, tree: tree as unknown as ReadingNode, sql, parameters };
}
