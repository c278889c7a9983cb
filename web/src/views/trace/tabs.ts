/** The tabs of the span's panel that are read when they are opened, in one file. */

export { AttributesTab } from "./attributes";
export { EventsTab } from "./events";
export { LinksTab } from "./links";
export { RawTab } from "./raw";
export { StackTab } from "./stack";
