/** A button with something that floats below it, and the button that shuts what is open beside a page. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "./glyphs";

interface MenuProps {
  /** By which tests find the button. */
  testId: string;
  /** What stands on the button. */
  label: ComponentChildren;
  title?: string;
  /** The button's name, where what stands on it is no words. */
  name?: string;
  hasArrow?: boolean;
  /** What floats: commands to choose from, or a form. */
  opens?: "menu" | "dialog";
  /** A button of a bar, or a pill among lenses. */
  shape?: "btn" | "pill";
  /** Beside what all of that shape have. */
  class?: string;
  /** Left out where nobody but the button opens it. */
  isOpen?: boolean;
  onToggle?: (isOpen: boolean) => void;
  disabled?: boolean;
  /** A Popover, as long as it is open. */
  children: (close: () => void) => ComponentChildren;
}

export function Menu(props: MenuProps) {
  const { testId, label, title, name, shape = "btn", hasArrow = true, opens = "menu", disabled = false } = props;
  const extra = props.class ?? "btn-s";
  const [isOpenHere, setIsOpenHere] = useState(false);
  const isOpen = props.isOpen ?? isOpenHere;
  const toggle = props.onToggle ?? setIsOpenHere;
  return (
    <div class="anchor">
      <button
        class={`${shape} ${extra}`}
        type="button"
        data-testid={testId}
        aria-haspopup={opens}
        aria-expanded={isOpen}
        aria-label={name}
        title={title}
        disabled={disabled}
        onClick={() => toggle(!isOpen)}
      >
        {label}
        {hasArrow ? <Icon name="down" small /> : null}
      </button>
      {isOpen && !disabled ? props.children(() => toggle(false)) : null}
    </div>
  );
}

/** `what` is named to those who do not see what is beside the button. */
export function CloseButton({ what, onClose }: { what: string; onClose: () => void }) {
  return (
    <button
      class="btn btn-s btn-quiet btn-icon"
      type="button"
      aria-label={`Close ${what}`}
      title="Close (Esc)"
      onClick={onClose}
    >
      <Icon name="x" />
    </button>
  );
}
