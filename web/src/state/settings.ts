/** What the settings page shows and changes of the server. */

import * as client from "../client/kept";
import type { PathRule, Registration, Right, Token } from "../model/kept";
import type { Problem } from "../model/problem";
import { shelf } from "./shelf";

export const repositories = shelf(client.listRegistrations);
export const rules = shelf(client.listRules);
export const tokens = shelf(client.listTokens);
export const retention = shelf(client.getRetention);
export const audit = shelf(client.listAudit);

type OnProblem = (problem: Problem) => void;

export function addRepository(where: string, onProblem: OnProblem): Promise<boolean> {
  return repositories.change(() => client.addRepository(where), "Repository added", onProblem);
}

export function addBundle(name: string, bundle: Blob, onProblem: OnProblem): Promise<boolean> {
  return repositories.change(() => client.addBundle(name, bundle), "Repository added", onProblem);
}

export function removeRepository({ id }: Registration): Promise<boolean> {
  return repositories.change(() => client.removeRepository(id), "Repository removed");
}

export function refreshRepository({ id }: Registration): Promise<boolean> {
  return repositories.change(() => client.refreshRepository(id), "Fetching");
}

export function addRule(rule: Omit<PathRule, "id">, onProblem: OnProblem): Promise<boolean> {
  return rules.change(() => client.makeRule(rule), "Rule added", onProblem);
}

export function removeRule({ id }: PathRule): Promise<boolean> {
  return rules.change(() => client.removeRule(id), "Rule removed");
}

/** Gives the new token's secret, or null when it was refused. */
export async function makeToken(
  name: string,
  rights: readonly Right[],
  validForS: number | null,
  onProblem: OnProblem,
): Promise<string | null> {
  let secret: string | null = null;
  const make = async () => {
    secret = await client.makeToken(name, rights, validForS);
  };
  await tokens.change(make, "Token made", onProblem);
  return secret;
}

export function revokeToken({ id }: Token): Promise<boolean> {
  return tokens.change(() => client.revokeToken(id), "Token revoked");
}

export function changeRetention(
  keepDays: number | null,
  keepGb: number | null,
  onProblem: OnProblem,
): Promise<boolean> {
  return retention.change(() => client.changeRetention(keepDays, keepGb), "Kept from now on", onProblem);
}
