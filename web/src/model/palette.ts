/** What the palette offers for the words in it: a few of each kind, those first that fit best. */

export interface Offer {
  readonly kind: OfferKind;
  readonly text: string;
  /** Where it leads: an address, or the name of something to be done. */
  readonly to: string;
  readonly note?: string;
}

export const OFFER_KINDS = ["Go to", "Trace", "Saved view", "Service", "Code", "Do", "File", "Search"] as const;
export type OfferKind = (typeof OFFER_KINDS)[number];

const EACH_MOST = 6;

/** How well words fit a text, lower is better; null when not all of them are in it. */
export function likeness(words: string, text: string): number | null {
  // Before anything is typed, the order in which they are offered is the better one.
  if (words.trim() === "") return 0;
  const lower = text.toLowerCase();
  let sum = 0;
  for (const word of words.toLowerCase().split(/\s+/)) {
    if (word === "") continue;
    const at = lower.indexOf(word);
    if (at < 0) return null;
    const isAtStart = at === 0 || /[^a-z0-9]/.test(lower[at - 1]!);
    sum += (isAtStart ? 0 : 50) + Math.min(at, 40);
  }
  return sum + text.length / 100;
}

/** Offers that fit, kind by kind; what is a search for the words themselves always fits. */
export function fitting(words: string, offers: readonly Offer[]): Offer[] {
  // A search for the words fits them, a trace was found in them, and files come by their letters already.
  const fits = (kind: OfferKind) => kind === "Search" || kind === "Trace" || kind === "File";
  return OFFER_KINDS.flatMap((kind) =>
    offers
      .filter((offer) => offer.kind === kind)
      .map((offer) => ({ offer, score: fits(kind) ? 0 : likeness(words, offer.text) }))
      .filter((one): one is { offer: Offer; score: number } => one.score !== null)
      .sort((a, b) => a.score - b.score)
      .slice(0, EACH_MOST)
      .map(({ offer }) => offer),
  );
}

/** The trace id in what was pasted, alone or in a `traceparent`; null when there is none. */
export function traceIdIn(words: string): string | null {
  return /(?:^|[^0-9a-f])([0-9a-f]{32})(?:$|[^0-9a-f])/i.exec(words)?.[1]?.toLowerCase() ?? null;
}
