/** Something that floats under a button until it is left: a menu, a form. Escape, a click beside it and Tab close it. */

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface PopoverProps {
  /** A menu of commands, unless it is a form. */
  role?: "menu" | "dialog";
  onClose: () => void;
  label: string;
  children: ComponentChildren;
}

export function Popover({ role = "menu", onClose, label, children }: PopoverProps) {
  const element = useRef<HTMLDivElement>(null);
  // With what is drawn (decision 0242): a moment later it would take the focus from who has begun to type.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const first =
      element.current?.querySelector<HTMLElement>("[aria-checked=true]") ?? element.current?.querySelector("button");
    first?.focus();
    const leave = (event: PointerEvent) => {
      const anchor = element.current?.parentElement;
      if (event.target instanceof Node && !anchor?.contains(event.target)) onClose();
    };
    document.addEventListener("pointerdown", leave, true);
    return () => {
      document.removeEventListener("pointerdown", leave, true);
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      onClose();
    }
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0 || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    const items = [...(element.current?.querySelectorAll<HTMLElement>("button, input") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
  };
  useLayoutEffect(() => {
    const here = element.current;
    here?.addEventListener("keydown", onKeyDown);
    return () => here?.removeEventListener("keydown", onKeyDown);
  });
  return (
    <div class="menu popover" {...{ role, "aria-label": label }} ref={element}>
      {children}
    </div>
  );
}
