/** Which of the twelve service hues a service gets. The name always stands beside it: a hue means nothing by itself. */

export const HUES = 12;

/** Gives out hues in the order in which services are met, and the same one again for the same service. */
export class ServiceHues {
  private readonly known = new Map<string, number>();

  /** From 1 to 12; the thirteenth service shares with the first. */
  of(service: string): number {
    const met = this.known.get(service) ?? this.known.size;
    this.known.set(service, met);
    return (met % HUES) + 1;
  }
}

/** The value of `--hue` for a service. */
export function hueVariable(hue: number): string {
  return `var(--svc-${hue})`;
}
