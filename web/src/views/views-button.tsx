/** The button over saved views: of the explorer's tools, and of the top bar on every other page that can be one. */

import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { isViewsOpen } from "../state/open";
import { useKeys } from "./keys";
import { lazily } from "./lazily";
import { Menu } from "./menu";

const ViewsMenu = lazily(() => import("./views-menu").then((file) => file.ViewsMenu), null);

interface ViewsButtonProps {
  label: ComponentChildren;
  /** For a label that is no words. */
  name?: string;
  class: string;
}

export function ViewsButton({ label, name, class: extra }: ViewsButtonProps) {
  const toggle = (isOpen: boolean) => {
    isViewsOpen.value = isOpen;
  };
  useKeys({ v: () => toggle(true) });
  // What was open on a page is not on the next.
  useEffect(() => () => toggle(false), []);
  return (
    <Menu
      testId="views-menu"
      class={extra}
      label={label}
      {...(name === undefined ? {} : { name, hasArrow: false })}
      opens="dialog"
      title="Saved views: open one, or save what you see (v)"
      isOpen={isViewsOpen.value}
      onToggle={toggle}
    >
      {(close) => <ViewsMenu onClose={close} />}
    </Menu>
  );
}
