/** A whole trace, as columns. */

import type { ServiceChange } from "../model/changed";
import type { Trace } from "../model/trace";
import type * as wire from "../wire";
import { ask } from "./ask";

export async function getTrace(traceId: string, signal?: AbortSignal): Promise<Trace> {
  const trace = await ask<wire.Trace>(`/api/v1/traces/${traceId}`, {}, signal);
  const { columns, marks } = trace;
  return {
    traceId: trace.trace_id,
    startNs: BigInt(trace.start_ns),
    durationNs: trace.duration_ns,
    count: columns.span_id.length,
    strings: trace.strings,
    spanId: columns.span_id,
    parent: Int32Array.from(columns.parent),
    name: Int32Array.from(columns.name),
    service: Int32Array.from(columns.service),
    resource: Int32Array.from(columns.resource),
    kind: Uint8Array.from(columns.kind),
    status: Uint8Array.from(columns.status),
    httpStatus: Uint16Array.from(columns.http_status),
    start: Float64Array.from(columns.start_offset_ns),
    duration: Float64Array.from(columns.duration_ns),
    originType: Uint8Array.from(columns.origin_type),
    originPath: Int32Array.from(columns.origin_path),
    originLine: Int32Array.from(columns.origin_line),
    originFunction: Int32Array.from(columns.origin_function),
    markRow: Int32Array.from(marks.row),
    markAt: Float64Array.from(marks.offset_ns),
    markName: Int32Array.from(marks.name),
  };
}

/** What is known of changed code, service by service. */
export async function getChangedCode(traceId: string, signal?: AbortSignal): Promise<readonly ServiceChange[]> {
  const { services } = await ask<wire.ChangedCode>(`/api/v1/traces/${traceId}/changed`, {}, signal);
  return services.map(({ base_version, base_commit, is_before, ...service }) => ({
    ...service,
    base: base_commit === null ? null : { version: base_version ?? "", commit: base_commit, isBefore: is_before },
  }));
}
