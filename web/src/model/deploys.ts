/** When versions came: where the marks of charts stand, and what is said of them. */

import { type EpochNs, nearDate } from "./time";
import { versionName } from "./versions";

export interface Deploy {
  readonly service: string;
  readonly version: string;
  readonly commit: string;
  readonly at: EpochNs;
  readonly before: { readonly version: string; readonly commit: string };
}

/** Deploys that stand at one place of a chart. */
export interface DeployMark {
  /** From 0 to 1. */
  readonly at: number;
  readonly words: string;
}

/** What a deploy is called beside others: with its service where there is more than one. */
export function deployName(deploy: Deploy, among: readonly Deploy[]): string {
  const name = nameOf(deploy, deploy.before);
  return among.every(({ service }) => service === deploy.service) ? name : `${deploy.service} ${name}`;
}

/** `web v2.3 after v2.2, 11:58` */
export function deployWords(deploy: Deploy, now: EpochNs): string {
  const [name, before] = [nameOf(deploy, deploy.before), nameOf(deploy.before, deploy)];
  return `${deploy.service} ${name} after ${before}, ${deployTime(deploy, now)}`;
}

/** `11:58`, and with the day when it was not today. */
export function deployTime({ at }: Deploy, now: EpochNs): string {
  return nearDate(at, now).replace("today ", "");
}

/** The marks of a chart that begins at `from` and has so many pieces; those of one piece are one. */
export function marksOn(
  deploys: readonly Deploy[],
  chart: { readonly from: EpochNs; readonly stepNs: number },
  pieces: number,
  now: EpochNs,
): DeployMark[] {
  const byPiece = new Map<number, string[]>();
  for (const deploy of deploys) {
    const piece = Number((deploy.at - chart.from) / BigInt(chart.stepNs));
    if (piece < 0 || piece >= pieces) continue;
    byPiece.set(piece, [...(byPiece.get(piece) ?? []), deployWords(deploy, now)]);
  }
  return [...byPiece].map(([piece, words]) => ({ at: piece / pieces, words: words.join("\n") }));
}

type Named = Deploy["before"];

/** By the commit where two versions have one name. */
function nameOf(named: Named, other: Named): string {
  return named.version !== "" && named.version === other.version && named.commit !== ""
    ? named.commit.slice(0, 7)
    : versionName(named);
}
