/** What the server keeps for its readers and about itself; the one file that changes anything there. */

import {
  type AuditEntry,
  dayOf,
  type PathRule,
  type Registration,
  type Retention,
  type Right,
  type SavedView,
  type Token,
} from "../model/kept";
import type * as wire from "../wire";
import { ask, send } from "./ask";

const VIEWS = "/api/v1/views";
const TOKENS = "/api/v1/tokens";
const RETENTION = "/api/v1/retention";
const REPOSITORIES = "/api/v1/repositories";
const RULES = "/api/v1/path-rules";

export async function listViews(): Promise<readonly SavedView[]> {
  return (await ask<wire.ViewList>(VIEWS, {})).views;
}

/** A view by its id or its slug. */
export function getView(slug: string, signal?: AbortSignal): Promise<SavedView> {
  return ask<wire.View>(`${VIEWS}/${slug}`, {}, signal);
}

export function makeView(name: string, address: string): Promise<SavedView> {
  return send<wire.View>("POST", VIEWS, { name, address });
}

export function changeView({ id, name, address }: SavedView): Promise<SavedView> {
  return send<wire.View>("PUT", `${VIEWS}/${id}`, { name, address });
}

export function removeView(id: string): Promise<unknown> {
  return send("DELETE", `${VIEWS}/${id}`);
}

export async function listTokens(): Promise<readonly Token[]> {
  return (await ask<wire.TokenList>(TOKENS, {})).tokens.map(toToken);
}

/** The new token's secret, which is told this once. */
export async function makeToken(name: string, rights: readonly Right[], validForS: number | null): Promise<string> {
  const draft = { name, rights, ...(validForS === null ? {} : { valid_for_s: validForS }) };
  return (await send<wire.MadeToken>("POST", TOKENS, draft)).secret;
}

export function revokeToken(id: string): Promise<unknown> {
  return send("DELETE", `${TOKENS}/${encodeURIComponent(id)}`);
}

export async function getRetention(): Promise<Retention> {
  return toRetention(await ask<wire.Retention>(RETENTION, {}));
}

export async function changeRetention(keepDays: number | null, keepGb: number | null): Promise<Retention> {
  return toRetention(await send<wire.Retention>("PUT", RETENTION, { keep_days: keepDays, keep_gb: keepGb }));
}

export async function listAudit(): Promise<readonly AuditEntry[]> {
  const { entries } = await ask<wire.AuditList>("/api/v1/audit", { limit: "20" });
  return entries.map(({ at_ns, who, what, origin, status }) => ({ atNs: BigInt(at_ns), who, what, origin, status }));
}

export async function listRegistrations(): Promise<readonly Registration[]> {
  return (await ask<wire.RegistrationList>(REPOSITORIES, {})).repositories;
}

/** By a folder of the server's machine, or by an address to clone. */
export function addRepository(where: string): Promise<unknown> {
  return send("POST", REPOSITORIES, /^[/~]/.test(where) ? { path: where } : { url: where });
}

export function addBundle(name: string, bundle: Blob): Promise<unknown> {
  return send("POST", `${REPOSITORIES}?${new URLSearchParams({ name })}`, bundle);
}

export function removeRepository(id: string): Promise<unknown> {
  return send("DELETE", `${REPOSITORIES}/${encodeURIComponent(id)}`);
}

export function refreshRepository(id: string): Promise<unknown> {
  return send("POST", `${REPOSITORIES}/${encodeURIComponent(id)}/refresh`);
}

export async function listRules(): Promise<readonly PathRule[]> {
  return (await ask<wire.PathRuleList>(RULES, {})).rules;
}

export function makeRule({ service, from, to, repository }: Omit<PathRule, "id">): Promise<unknown> {
  return send("POST", RULES, { service, from, to, repository });
}

export function removeRule(id: string): Promise<unknown> {
  return send("DELETE", `${RULES}/${encodeURIComponent(id)}`);
}

function toToken(token: wire.TokenInfo): Token {
  return {
    id: token.id,
    name: token.name,
    rights: token.rights,
    createdNs: BigInt(token.created_ns),
    expiresNs: token.expires_ns === null ? null : BigInt(token.expires_ns),
    isValid: token.is_valid,
  };
}

function toRetention(answer: wire.Retention): Retention {
  const sum = (name: "spans" | "bytes") => answer.days.reduce((total, day) => total + day[name], 0);
  const oldest = answer.days[0];
  return {
    keepDays: answer.keep_days,
    keepGb: answer.keep_gb,
    fixed: answer.fixed,
    days: answer.days.length,
    spans: sum("spans"),
    bytes: sum("bytes"),
    oldest: oldest ? dayOf(oldest.day) : null,
  };
}
