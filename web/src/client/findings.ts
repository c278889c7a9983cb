/** What the server found to be worth a look. */

import { changeText, type Fact, type Finding, type FindingKind } from "../model/findings";
import { grouped } from "../model/numbers";
import { clockTime, type EpochNs } from "../model/time";
import type * as wire from "../wire";
import { ask } from "./ask";
import { toPlace } from "./shapes";

/** The findings of a kind, worst first. */
export async function getFindings(
  kind: FindingKind,
  from: EpochNs,
  to: EpochNs,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const list = <One>() =>
    ask<{ findings: readonly One[] }>(`/api/v1/findings/${kind}`, { from: String(from), to: String(to) }, signal);
  const finding = (
    place: Parameters<typeof toPlace>[0],
    about: string,
    traceId: string | null,
    ...facts: Fact[]
  ): Finding => ({
    ...toPlace(place),
    about,
    traceId,
    facts,
    isRepeated: kind === "repeats",
  });
  const text = (value: number) => ({ text: grouped(value) });
  switch (kind) {
    case "repeats":
      return (await list<wire.Repeat>()).findings.map((one) => {
        const each = { text: one.calls_per_parent.toFixed(1) };
        return finding(one, one.resource, one.worst_trace, each, text(one.calls), {
          ns: one.wasted_ns,
          tone: "slow",
        });
      });
    case "slow":
      return (await list<wire.SlowLine>()).findings.map((one) =>
        finding(one, "", null, text(one.count), { ns: one.p50_ns }, { ns: one.p95_ns, tone: "slow" }),
      );
    case "errors":
      return (await list<wire.ErrorLine>()).findings.map((one) =>
        finding(
          one,
          one.messages.join(" · "),
          one.newest_trace,
          text(one.traces),
          { text: grouped(one.errors), tone: "error" },
          {
            text: clockTime(BigInt(one.newest_ns)).replace(/\.\d+$/, ""),
          },
        ),
      );
    case "regressions":
      return (await list<wire.OriginChange>()).findings.map((one) => {
        const change = { text: changeText(one.change, one.duration_factor, one.error_rate_difference) };
        return finding(one, "", null, { ns: one.before.p95_ns }, { ns: one.now.p95_ns }, change);
      });
  }
}
