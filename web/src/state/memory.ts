/** Small choices kept in this browser. Where storage is switched off, a choice lasts as long as the page. */

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`spanorigin.${key}`, value);
  } catch {
    // Storage is full or switched off.
  }
}

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`spanorigin.${key}`);
  } catch {
    return null;
  }
}
