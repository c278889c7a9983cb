/** Every icon once, as symbols; `Icon` and `Diamond` refer to them. Drawn on a 16 px grid with a 1.5 px line. */

export type IconName =
  | "check"
  | "clock"
  | "compare"
  | "copy"
  | "down"
  | "editor"
  | "error"
  | "export"
  | "gear"
  | "git"
  | "help"
  | "info"
  | "left"
  | "out"
  | "refresh"
  | "right"
  | "saved"
  | "search"
  | "theme"
  | "up"
  | "warn"
  | "x";

export function Sprite() {
  return (
    <svg class="sr" aria-hidden="true" focusable="false">
      <symbol id="dia" viewBox="0 0 10 10">
        <path d="M5 .9 9.1 5 5 9.1.9 5Z" />
      </symbol>
      <symbol id="i-check" viewBox="0 0 16 16">
        <path d="m3.5 8.5 3 3 6-7" />
      </symbol>
      <symbol id="i-clock" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.5" />
        <path d="M8 5v3.2l2 1.3" />
      </symbol>
      <symbol id="i-compare" viewBox="0 0 16 16">
        <path d="M3 5.5h9M9.5 3 12 5.5 9.5 8M13 10.5H4M6.5 8 4 10.5 6.5 13" />
      </symbol>
      <symbol id="i-copy" viewBox="0 0 16 16">
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
        <path d="M10.5 3.5v-.2a.8.8 0 0 0-.8-.8H3.3a.8.8 0 0 0-.8.8v6.4a.8.8 0 0 0 .8.8h.2" />
      </symbol>
      <symbol id="i-down" viewBox="0 0 16 16">
        <path d="m4 6 4 4 4-4" />
      </symbol>
      <symbol id="i-editor" viewBox="0 0 16 16">
        <path d="m5.5 5-3 3 3 3M10.5 5l3 3-3 3" />
      </symbol>
      <symbol id="i-error" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.5" />
        <path d="M8 5v3.5M8 10.8v.01" />
      </symbol>
      <symbol id="i-export" viewBox="0 0 16 16">
        <path d="M8 10V2.5M5 5.5l3-3 3 3M3 9.5v4h10v-4" />
      </symbol>
      <symbol id="i-gear" viewBox="0 0 16 16">
        <path d="M2.5 5h6M12.5 5h1M2.5 11h1M7.5 11h6" />
        <circle cx="10.5" cy="5" r="1.8" />
        <circle cx="5.5" cy="11" r="1.8" />
      </symbol>
      <symbol id="i-git" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="2.5" />
        <path d="M8 1.5v4M8 10.5v4" />
      </symbol>
      <symbol id="i-help" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.5" />
        <path d="M6.5 6.5a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.7.6-.7 1.2M8 11v.01" />
      </symbol>
      <symbol id="i-info" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.5" />
        <path d="M8 7.5v3.5M8 5.2v.01" />
      </symbol>
      <symbol id="i-left" viewBox="0 0 16 16">
        <path d="m10 4-4 4 4 4" />
      </symbol>
      <symbol id="i-out" viewBox="0 0 16 16">
        <path d="M6.5 3.5h-3v9h9v-3M9 2.5h4.5V7M13.5 2.5 7.5 8.5" />
      </symbol>
      <symbol id="i-refresh" viewBox="0 0 16 16">
        <path d="M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3" />
      </symbol>
      <symbol id="i-right" viewBox="0 0 16 16">
        <path d="m6 4 4 4-4 4" />
      </symbol>
      <symbol id="i-saved" viewBox="0 0 16 16">
        <path
          d="M4.5 2.5h7v11L8 10.7l-3.5 2.8z"
          fill="none"
          stroke="currentColor"
          stroke-width="1.5"
          stroke-linejoin="round"
        />
      </symbol>
      <symbol id="i-search" viewBox="0 0 16 16">
        <circle cx="7" cy="7" r="4.5" />
        <path d="m10.5 10.5 3 3" />
      </symbol>
      <symbol id="i-theme" viewBox="0 0 16 16">
        <circle cx="8" cy="8" r="5.5" />
        <path d="M8 2.5v11a5.5 5.5 0 0 0 0-11z" fill="currentColor" stroke="none" />
      </symbol>
      <symbol id="i-up" viewBox="0 0 16 16">
        <path d="m4 10 4-4 4 4" />
      </symbol>
      <symbol id="i-warn" viewBox="0 0 16 16">
        <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.3v.01" />
      </symbol>
      <symbol id="i-x" viewBox="0 0 16 16">
        <path d="m4 4 8 8M12 4l-8 8" />
      </symbol>
    </svg>
  );
}
